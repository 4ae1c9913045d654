package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Server is a running PostgreSQL server. Its methods may be called from any
// goroutine.
type Server struct {
	log     *slog.Logger
	dir     string
	socket  string
	outside bool // the socket directory is not in dir
	lock    *lock
	process *os.Process
	done    chan struct{}
	err     error // why it ended; set before done is closed
}

// Start brings up a server in cfg.Dir and returns when it accepts connections.
// ctx bounds the start only; the server runs until [Server.Stop], [Server.Kill]
// or the end of this process. A directory without data gets some; data of an
// older PostgreSQL needs the programs of that version.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	cfg, err := cfg.validate()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cfg.Dir, 0o711); err != nil { //nolint:gosec // the server's account passes through
		return nil, fmt.Errorf("postgres: %w", err)
	}
	l, before, err := takeLock(cfg.Dir)
	if err != nil {
		return nil, err
	}
	s, err := start(ctx, cfg, l, before)
	if err != nil {
		return nil, err
	}
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	cfg.Log.InfoContext(ctx, "database server is up", slog.String("dir", cfg.Dir), slog.Int("pid", s.process.Pid),
		slog.Bool("durable", cfg.Durable))
	return s, nil
}

// start does everything up to the fork. It owns the lock and releases it when it
// fails.
func start(ctx context.Context, cfg Config, l *lock, before holder) (_ *Server, err error) {
	s := &Server{log: cfg.Log, dir: cfg.Dir, lock: l, done: make(chan struct{})}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.tidy())
		}
	}()
	data := filepath.Join(cfg.Dir, "data")
	if err := makeWay(ctx, cfg.Log, cfg.Dir, before); err != nil {
		return nil, err
	}
	if err := cfg.findBinaries(data); err != nil {
		return nil, err
	}
	run, err := accountFor(data)
	if err != nil {
		return nil, err
	}
	if err := prepare(ctx, data, cfg.Binaries, run, cfg.Durable); err != nil {
		return nil, err
	}
	if data, err = filepath.EvalSymlinks(data); err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	reachable, err := run.reaches(data)
	if err != nil {
		return nil, err
	}
	if s.socket, s.outside, err = socketDir(cfg.Dir, reachable, run); err != nil {
		return nil, err
	}
	if err := s.fork(cfg, data, reachable, run); err != nil {
		return nil, err
	}
	return s, nil
}

// findBinaries completes cfg with programs that fit the data.
func (c *Config) findBinaries(data string) error {
	major, err := majorIn(data)
	if err != nil {
		return err
	}
	if c.Binaries.Dir == "" {
		c.Binaries, err = find(major)
		return err
	}
	if c.Binaries.Major == 0 {
		if c.Binaries, err = inspect(c.Binaries.Dir); err != nil {
			return err
		}
	}
	if major != 0 && c.Binaries.Major != major {
		return fmt.Errorf("postgres: %s was made by PostgreSQL %d and %s is %d; use the programs of %d, or pg_upgrade",
			data, major, c.Binaries.Dir, c.Binaries.Major, major)
	}
	return nil
}

// ready waits until the server lets us in. When it fails, the server has ended.
func (s *Server) ready(ctx context.Context) error {
	size := int64(0)
	if info, err := os.Stat(s.LogFile()); err == nil {
		size = info.Size()
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgconn.Connect(ctx, s.AdminURL())
		if err == nil {
			if err := conn.Close(ctx); err != nil {
				s.Kill()
				return fmt.Errorf("postgres: start in %s: %w", s.dir, err)
			}
			return nil
		}
		select {
		case <-s.done:
			return fmt.Errorf("postgres: the server in %s ended at start: %w; %s says: %s",
				s.dir, s.err, s.LogFile(), tail(s.LogFile(), max(0, size-4096)))
		case <-ctx.Done():
			s.Kill()
			return fmt.Errorf("postgres: start in %s: %w (last answer: %w)", s.dir, context.Cause(ctx), err)
		case <-tick.C:
		}
	}
}

// URL is the connection string of a database of this server, for pgx, libpq and
// psql alike. It holds no secret.
func (s *Server) URL(database string) string {
	query := func(v string) string { // libpq takes "+" for a plus sign
		return strings.NewReplacer("+", "%20", "%2F", "/").Replace(url.QueryEscape(v))
	}
	return "postgres://" + Superuser + "@/" + url.PathEscape(database) + "?host=" + query(s.socket) + "&port=" + port
}

// AdminURL is the URL of the database "postgres", which every server has: for
// creating others.
func (s *Server) AdminURL() string { return s.URL("postgres") }

// LogFile is the path of the server's own log.
func (s *Server) LogFile() string { return filepath.Join(s.dir, "server.log") }

// EnsureDatabase creates a database unless it exists. It may be called by any
// number of callers at once.
func (s *Server) EnsureDatabase(ctx context.Context, name string) (err error) {
	conn, err := pgx.Connect(ctx, s.AdminURL())
	if err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	var exists bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists); err != nil {
		return fmt.Errorf("postgres: look for database %s: %w", name, err)
	}
	if exists {
		return nil
	}
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	var pg *pgconn.PgError
	if errors.As(err, &pg) && (pg.Code == "42P04" || pg.Code == "23505") { // duplicate_database; lost the race
		return nil
	}
	if err != nil {
		return fmt.Errorf("postgres: create database %s: %w", name, err)
	}
	return nil
}

// Done is closed when the server has ended, for whatever reason, and its
// directory is free again.
func (s *Server) Done() <-chan struct{} { return s.done }

// Err says why the server ended: nil while it runs and after a clean stop.
func (s *Server) Err() error {
	select {
	case <-s.done:
		return s.err
	default:
		return nil
	}
}

// Stop ends the server cleanly: running transactions are rolled back, sessions
// closed and everything written out, so that the next start needs no recovery.
// When ctx ends first the server is ended at once, which loses no commit either,
// and Stop returns the reason. Stopping a server that has ended is no error.
func (s *Server) Stop(ctx context.Context) error {
	s.signal(syscall.SIGINT)
	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
		s.Kill()
		return fmt.Errorf("postgres: %s did not stop in time and was ended at once: %w", s.dir, context.Cause(ctx))
	}
}

// Kill ends the server at once, as a crash would: the next start recovers from
// the write-ahead log. It returns when the server has ended.
func (s *Server) Kill() {
	s.signal(syscall.SIGQUIT)
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case <-s.done:
	case <-t.C:
		s.signal(syscall.SIGKILL)
		<-s.done
	}
}

// signal is no error on a server that has ended.
func (s *Server) signal(sig syscall.Signal) {
	if err := s.process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		s.log.Warn("the database server takes no signal", slog.String("signal", sig.String()), slog.Any("error", err))
	}
}

// tidy removes the socket directory and releases the lock, in this order.
func (s *Server) tidy() error {
	var err error
	if s.socket != "" && s.outside {
		err = os.RemoveAll(s.socket)
	}
	return errors.Join(err, s.lock.release())
}
