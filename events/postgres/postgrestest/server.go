package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events/postgres"
)

// server is the one server of a test binary.
type server struct {
	server *postgres.Server
	dir    *directory
	fast   bool // STRATEGY file_copy exists (PostgreSQL 15)
	count  atomic.Int64

	mu    sync.Mutex // guards admin
	admin *pgx.Conn
}

// current is the server of this binary, started at first use. Tests have no
// common owner that could carry it.
var current struct {
	sync.Mutex
	server *server
	err    error
}

// shared returns the server of this binary.
func shared() (*server, error) {
	current.Lock()
	defer current.Unlock()
	if current.server == nil && current.err == nil {
		current.server, current.err = launch()
	}
	return current.server, current.err
}

func launch() (_ *server, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	binaries, err := postgres.Find()
	if err != nil {
		return nil, err
	}
	dir, err := newDirectory()
	if err != nil {
		return nil, err
	}
	s, err := postgres.Start(ctx, postgres.Config{Dir: dir.path, Binaries: binaries})
	if err != nil {
		return nil, errors.Join(err, dir.remove())
	}
	admin, err := pgx.Connect(ctx, s.AdminURL())
	if err != nil {
		s.Kill()
		return nil, errors.Join(err, dir.remove())
	}
	return &server{server: s, dir: dir, fast: binaries.Major >= 15, admin: admin}, nil
}

// stop ends the server of this binary, if one was started, and removes its files.
func stop() error {
	current.Lock()
	defer current.Unlock()
	s := current.server
	if s == nil {
		return nil
	}
	current.server, current.err = nil, errors.New("postgrestest: the server was stopped at the end of the tests")
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err := s.admin.Close(ctx)
	s.server.Kill()
	return errors.Join(err, s.dir.remove())
}

// exec runs one statement of administration.
func (s *server) exec(ctx context.Context, sql string, args ...any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.admin.Exec(ctx, sql, args...); err != nil {
		return fmt.Errorf("%s: %w", sql, err)
	}
	return nil
}

// create makes a database that is a copy of the template.
func (s *server) create(ctx context.Context, template string) (string, error) {
	name := fmt.Sprintf("test_%d", s.count.Add(1))
	sql := "CREATE DATABASE " + name + " TEMPLATE " + pgx.Identifier{template}.Sanitize()
	if s.fast {
		sql += " STRATEGY file_copy"
	}
	return name, s.exec(ctx, sql)
}

// drop removes a database with every session in it.
func (s *server) drop(ctx context.Context, name string) error {
	return s.exec(ctx, "DROP DATABASE "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)")
}

// makeTemplate migrates the template of a kind and closes it to sessions, which
// would stand in the way of copying it.
func (s *server) makeTemplate(ctx context.Context, d *DB) error {
	if d.migrate == nil {
		return nil
	}
	name := pgx.Identifier{d.template()}.Sanitize()
	if err := s.exec(ctx, "CREATE DATABASE "+name); err != nil {
		return err
	}
	if err := d.migrate(ctx, s.server.URL(d.template())); err != nil {
		return err
	}
	if err := s.exec(ctx, "ALTER DATABASE "+name+" ALLOW_CONNECTIONS false"); err != nil {
		return err
	}
	return s.exec(ctx, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1", d.template())
}
