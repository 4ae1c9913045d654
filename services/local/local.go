package local

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/aboveline/aboveline/events/postgres"
	"github.com/aboveline/aboveline/services/courier"
)

// Config says what a Stack runs and what it uses. DataDir is required unless both URLs are given.
type Config struct {
	// DataDir holds nats/ and postgres/; it is made if absent.
	DataDir string

	// DatabaseURL is an existing Postgres database. Empty: a private server is started.
	DatabaseURL string
	// Database is the database of the private server, created if absent. Default: "aboveline".
	Database string
	// PostgresSettings override parameters of the private server.
	PostgresSettings map[string]string
	// Volatile turns off the private server's syncing. It is for tests.
	Volatile bool

	// NATSURL is an existing NATS server. Empty: a server is started within the process.
	NATSURL string
	// NATSCredentials and NATSRootCA are files for NATSURL: the services' seed or .creds file, and the authorities to trust.
	NATSCredentials, NATSRootCA string
	// NATSListen, NATSCert, NATSKey and NATSMaxStore are Listen, TLSCert, TLSKey and MaxStore of the server that is started.
	NATSListen, NATSCert, NATSKey string
	NATSMaxStore                  int64

	// Log is the log of all. Default: slog.Default().
	Log *slog.Logger
}

// Stack is a database and a NATS server to use, each either started here or existing.
type Stack struct {
	cfg      Config
	nats     *NATS            // nil if existing
	postgres *postgres.Server // nil if existing
	database string
	failed   chan struct{}

	running context.Context // ends when Stop is called
	end     context.CancelFunc

	mu          sync.Mutex
	connections []*nats.Conn
}

// Start starts what cfg does not name as existing and returns when it can be used. Existing servers are not contacted.
func Start(ctx context.Context, cfg Config) (*Stack, error) {
	if cfg.DataDir == "" && (cfg.DatabaseURL == "" || cfg.NATSURL == "") {
		return nil, errors.New("local: Config.DataDir is empty; name a data directory, or both a database URL and a NATS URL")
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	s := &Stack{cfg: cfg, database: cfg.DatabaseURL, failed: make(chan struct{})}
	s.running, s.end = context.WithCancel(context.Background())
	if err := s.start(ctx); err != nil {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return nil, errors.Join(err, s.Stop(stop))
	}
	return s, nil
}

func (s *Stack) start(ctx context.Context) (err error) {
	cfg := s.cfg
	if cfg.NATSURL == "" {
		s.nats, err = StartNATS(ctx, NATSConfig{
			Dir: filepath.Join(cfg.DataDir, "nats"), Listen: cfg.NATSListen, TLSCert: cfg.NATSCert, TLSKey: cfg.NATSKey,
			MaxStore: cfg.NATSMaxStore, Log: cfg.Log,
		})
		if err != nil {
			return err
		}
	}
	if cfg.DatabaseURL != "" {
		return nil
	}
	s.postgres, err = postgres.Start(ctx, postgres.Config{
		Dir: filepath.Join(cfg.DataDir, "postgres"), Durable: !cfg.Volatile, Log: cfg.Log, Settings: cfg.PostgresSettings,
	})
	if err != nil {
		return fmt.Errorf("local: %w", err)
	}
	name := cmp.Or(cfg.Database, "aboveline")
	if err := s.postgres.EnsureDatabase(ctx, name); err != nil {
		return fmt.Errorf("local: %w", err)
	}
	s.database = s.postgres.URL(name)
	go s.watch()
	return nil
}

func (s *Stack) watch() {
	<-s.postgres.Done()
	if s.running.Err() == nil {
		s.cfg.Log.Error("the private Postgres server ended by itself", slog.Any("error", s.postgres.Err()))
		close(s.failed)
	}
}

// DatabaseURL is the database, as pgx understands it.
func (s *Stack) DatabaseURL() string { return s.database }

// NATSURL is where others reach NATS; empty if the embedded server does not listen.
func (s *Stack) NATSURL() string {
	if s.nats == nil {
		return s.cfg.NATSURL
	}
	return s.nats.URL()
}

// ClientsCredentials is the file with the clients' secret seed; empty if the NATS server is not ours.
func (s *Stack) ClientsCredentials() string {
	if s.nats == nil {
		return ""
	}
	return s.nats.ClientsCredentials()
}

// ServicesCredentials is the file with the services' secret: the embedded server's, or the one configured.
func (s *Stack) ServicesCredentials() string {
	if s.nats == nil {
		return s.cfg.NATSCredentials
	}
	return s.nats.ServicesCredentials()
}

// ConnectNATS connects as services, within the process if the server is embedded. The caller may close the connection;
// Stop closes those still open.
func (s *Stack) ConnectNATS(ctx context.Context, name string) (*nats.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.running, cancel)()
	var nc *nats.Conn
	var err error
	if s.nats != nil {
		nc, err = s.nats.Connect(ctx, name)
	} else {
		nc, err = courier.Connect(ctx, courier.ConnectConfig{
			URL: s.cfg.NATSURL, Credentials: s.cfg.NATSCredentials, RootCA: s.cfg.NATSRootCA, Name: name, Log: s.cfg.Log,
		})
	}
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running.Err() != nil {
		nc.Close()
		return nil, errors.New("local: the stack is stopping")
	}
	s.connections = append(s.connections, nc)
	return nc, nil
}

// Failed is closed when a server that the stack started ended by itself; then the process should stop too.
func (s *Stack) Failed() <-chan struct{} { return s.failed }

// Stop closes the connections, then the NATS server, then Postgres. Services that use them stop before. If ctx ends first,
// the remaining servers are still told to stop and its error is returned. Existing servers are left alone. Stop can be
// called more than once.
func (s *Stack) Stop(ctx context.Context) error {
	s.end()
	s.mu.Lock()
	connections := s.connections
	s.connections = nil
	s.mu.Unlock()
	for _, nc := range connections {
		nc.Close()
	}
	var errs []error
	if s.nats != nil {
		errs = append(errs, s.nats.Stop(ctx))
	}
	if s.postgres != nil {
		errs = append(errs, s.postgres.Stop(ctx))
	}
	return errors.Join(errs...)
}
