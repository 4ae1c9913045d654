package faults_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/aboveline/aboveline/events/postgres"
)

// database is a Postgres server of the test's own, which can be stopped, killed
// and started again.
type database struct {
	t   *testing.T
	dir string

	mu     sync.Mutex
	server *postgres.Server
	url    string
}

func newDatabase(t *testing.T) *database {
	t.Helper()
	d := &database{t: t, dir: tempDir(t)}
	t.Cleanup(d.stop)
	d.start()
	return d
}

// start starts the server and, the first time, makes the database.
func (d *database) start() {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), startsWithin)
	defer cancel()
	s, err := postgres.Start(ctx, postgres.Config{Dir: d.dir})
	if err != nil {
		d.t.Fatal(err)
	}
	if err := s.EnsureDatabase(ctx, "faults"); err != nil {
		d.t.Fatal(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.server, d.url = s, s.URL("faults")
}

// direct is where the database is now.
func (d *database) direct() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.url
}

// stop ends it cleanly, if it runs.
func (d *database) stop() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(d.t.Context()), 20*time.Second)
	defer cancel()
	if err := d.server.Stop(ctx); err != nil {
		d.t.Error(err)
	}
}

// kill ends it at once, as a crash does.
func (d *database) kill() { d.server.Kill() }
