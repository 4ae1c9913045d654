package postgrestest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// patience bounds every step of preparing and clearing away a database.
const patience = 60 * time.Second

// DB is a kind of database: a name and how to migrate an empty one. The zero
// value stands for an empty database.
type DB struct {
	name    string
	migrate func(ctx context.Context, url string) error

	once sync.Once
	err  error
}

// Template returns a kind of database. migrate runs at most once per test binary,
// on an empty database, when a test first asks for one; it must close what it
// opens. Names are unique within a binary, e.g. "ledger".
func Template(name string, migrate func(ctx context.Context, url string) error) *DB {
	return &DB{name: name, migrate: migrate}
}

// New returns a pool on a new database of this kind. Pool and database go when
// the test and its subtests have ended; a connection that was never released by
// then fails the test.
func (d *DB) New(t testing.TB) *pgxpool.Pool {
	t.Helper()
	url := d.URL(t)
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatalf("postgrestest: connect to the test's database: %v", err)
	}
	t.Cleanup(func() {
		closed := make(chan struct{})
		go func() { defer close(closed); pool.Close() }()
		select {
		case <-closed:
		case <-time.After(patience / 6):
			t.Errorf("postgrestest: %d connections of the test's pool were never released", pool.Stat().AcquiredConns())
		}
	})
	return pool
}

// URL returns the connection string of a new database of this kind, which goes
// when the test and its subtests have ended, with every session still in it.
func (d *DB) URL(t testing.TB) string {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatalf("postgrestest: these tests need a PostgreSQL server: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	d.once.Do(func() { d.err = s.makeTemplate(ctx, d) })
	if d.err != nil {
		t.Fatalf("postgrestest: migrate template %q: %v", d.name, d.err)
	}
	name, err := s.create(ctx, d.template())
	if err != nil {
		t.Fatalf("postgrestest: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
		defer cancel()
		if err := s.drop(ctx, name); err != nil {
			t.Errorf("postgrestest: %v", err)
		}
	})
	return s.server.URL(name)
}

// template is the database that copies are made of.
func (d *DB) template() string {
	if d.migrate == nil {
		return "template1"
	}
	return "template_" + d.name
}

// New returns a pool on a new, empty database. See [DB.New].
func New(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return new(DB).New(t)
}

// URL returns the connection string of a new, empty database. See [DB.URL].
func URL(t testing.TB) string {
	t.Helper()
	return new(DB).URL(t)
}
