package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/aboveline/aboveline/services/courier"
)

// NATS is an embedded NATS server with JetStream.
type NATS struct {
	server            *server.Server
	log               *slog.Logger
	services, clients identity
	listens           bool

	lock    *os.File
	stop    sync.Once
	quit    chan struct{} // closed to end mend
	mended  chan struct{} // closed when mend has ended
	stopped chan struct{} // closed when the server is down and the lock released
}

// StartNATS starts a server on cfg.Dir and returns when it accepts connections. The error is IsLocked if the directory is in
// use.
func StartNATS(ctx context.Context, cfg NATSConfig) (*NATS, error) {
	if cfg.Dir == "" {
		return nil, errors.New("local: NATSConfig.Dir is empty; name a directory for the server's files")
	}
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("local: NATS directory: %w", err)
	}
	cfg.Dir = dir
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("local: NATS directory: %w", err)
	}
	lock, err := takeLock(dir)
	if err != nil {
		return nil, err
	}
	n := &NATS{lock: lock, log: cfg.Log, listens: cfg.Listen != ""}
	n.quit, n.mended, n.stopped = make(chan struct{}), make(chan struct{}), make(chan struct{})
	if err := n.start(ctx, cfg); err != nil {
		if n.server == nil {
			return nil, errors.Join(err, releaseLock(lock))
		}
		return nil, errors.Join(err, n.Stop(context.WithoutCancel(ctx)))
	}
	return n, nil
}

func (n *NATS) start(ctx context.Context, cfg NATSConfig) (err error) {
	if n.services, err = loadIdentity(cfg.Dir, "services"); err != nil {
		return err
	}
	if n.clients, err = loadIdentity(cfg.Dir, "clients"); err != nil {
		return err
	}
	opts, err := cfg.options(n.services, n.clients)
	if err != nil {
		return err
	}
	s, err := server.NewServer(opts)
	if err != nil {
		return fmt.Errorf("local: NATS server: %w", err)
	}
	log := &natsLog{log: cfg.Log.With(slog.String("component", "nats-server")), broken: make(chan struct{}, 1)}
	s.SetLoggerV2(log, false, false, false)
	n.server = s
	s.Start()
	go n.mend(opts.Clone(), log.broken)
	for !s.ReadyForConnections(100 * time.Millisecond) {
		if why := log.failure(); why != "" {
			return fmt.Errorf("local: NATS server did not start: %s", why)
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("local: NATS server did not start in time: %w", err)
		}
	}
	if why := log.failure(); why != "" {
		return fmt.Errorf("local: NATS server did not start: %s", why)
	}
	return nil
}

// URL is where the server listens, with the port it took; empty if it does not listen.
func (n *NATS) URL() string {
	if !n.listens {
		return ""
	}
	return n.server.ClientURL()
}

// ServicesCredentials is the file with the secret seed of Aboveline's own services, mode 0600.
func (n *NATS) ServicesCredentials() string { return n.services.file }

// ClientsCredentials is the file with the secret seed for devices and tools that submit, mode 0600.
func (n *NATS) ClientsCredentials() string { return n.clients.file }

// Connect connects within the process as services. The caller closes the connection before Stop.
func (n *NATS) Connect(ctx context.Context, name string) (*nats.Conn, error) {
	if !n.server.Running() {
		return nil, errors.New("local: the NATS server is stopped")
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return courier.Connect(ctx, courier.ConnectConfig{
		InProcess: n.server, Credentials: n.services.file, Name: name, Log: n.log,
	})
}

// Stop shuts the server down in an orderly way: clients are disconnected, the store is written out, the lock is released.
// If ctx ends first, Stop returns its error and the shutdown goes on; the lock is held until it is complete. Stop can be
// called more than once.
func (n *NATS) Stop(ctx context.Context) error {
	n.stop.Do(func() {
		go func() {
			defer close(n.stopped)
			close(n.quit)
			<-n.mended
			n.server.Shutdown()
			n.server.WaitForShutdown()
			if err := releaseLock(n.lock); err != nil {
				n.log.ErrorContext(ctx, "the NATS lock was not released", slog.Any("error", err))
			}
		}()
	})
	select {
	case <-n.stopped:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("local: NATS server is still shutting down: %w", ctx.Err())
	}
}
