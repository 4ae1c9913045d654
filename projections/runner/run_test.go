package runner_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/projections/runner"
)

// soon is longer than anything a test waits for takes; never is longer than a test.
const (
	soon  = 30 * time.Second
	never = time.Hour
	// pollOften is for what a test waits for.
	pollOften = 5 * time.Millisecond
)

// config is a unit of the journal that never looks by itself.
func config(pool *pgxpool.Pool) runner.Config {
	return runner.Config{
		Pool: pool, Ledger: ledger.New(pool), Projection: journal{version: 1}, Programme: programme, Poll: never,
	}
}

// running is a runner at work.
type running struct {
	t         testing.TB
	stop      context.CancelFunc
	positions chan events.Position
	result    chan error
}

// start lets a runner work until stopped or until the test ends.
func start(t testing.TB, c runner.Config) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{t: t, stop: cancel, positions: make(chan events.Position, 1000), result: make(chan error, 1)}
	c.Progress = func(p events.Position) { r.positions <- p }
	go func() { r.result <- runner.Run(ctx, c) }()
	t.Cleanup(func() {
		cancel()
		if _, err := r.ended(); err != nil {
			t.Errorf("the runner failed: %v", err)
		}
	})
	return r
}

// reach waits until readers see a position.
func (r *running) reach(p events.Position) {
	r.t.Helper()
	limit := time.NewTimer(soon)
	defer limit.Stop()
	for {
		select {
		case at := <-r.positions:
			if at >= p {
				return
			}
		case err := <-r.result:
			r.t.Fatalf("the runner ended before position %d: %v", p, err)
		case <-limit.C:
			r.t.Fatalf("position %d was not reached", p)
		}
	}
}

// end waits for the runner to end by itself and gives its error.
func (r *running) end() error {
	r.t.Helper()
	ok, err := r.ended()
	if !ok {
		r.t.Fatal("the runner goes on")
	}
	return err
}

func (r *running) ended() (ok bool, err error) {
	limit := time.NewTimer(soon)
	defer limit.Stop()
	select {
	case err, ok := <-r.result:
		if ok {
			close(r.result)
		}
		return true, err
	case <-limit.C:
		return false, nil
	}
}

// until asks again and again, and fails the test if the answer stays no.
func until(t testing.TB, what string, ask func() bool) {
	t.Helper()
	limit := time.NewTimer(soon)
	defer limit.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ask() {
		select {
		case <-tick.C:
		case <-limit.C:
			t.Fatalf("%s: not within %s", what, soon)
		}
	}
}

// holder is the process that has the lease of a unit; 0 if none.
func holder(t testing.TB, pool *pgxpool.Pool) (pid int) {
	t.Helper()
	err := pool.QueryRow(t.Context(), `SELECT coalesce(max(pid), 0) FROM pg_locks
		WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
	).Scan(&pid)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}
