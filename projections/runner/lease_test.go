package runner_test

import (
	"context"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/projections/runner"
)

// The second runner of a unit waits, without a connection, and takes over.
func TestSecondRunnerWaitsForTheLease(t *testing.T) {
	t.Parallel()
	pool := db.New(t)
	l := ledger.New(pool)
	add(t, l, programme, 5)
	c := config(as(t, pool, projector))
	c.Poll = 5 * time.Millisecond
	first := start(t, c)
	first.reach(5)
	waiting := c
	waiting.Pool = as(t, pool, projector)
	second := start(t, waiting)
	until(t, "the second runner tries", func() bool { return waiting.Pool.Stat().AcquireCount() > 3 })
	if len(second.positions) > 0 {
		t.Error("two runners have the lease")
	}
	first.stop()
	if err := first.end(); err != nil {
		t.Fatal(err)
	}
	add(t, l, programme, 5)
	second.reach(10)
	wantJournal(t, pool, programme, 10)
}

func TestLeaseIsGivenBack(t *testing.T) {
	t.Parallel()
	pool := db.New(t)
	r := start(t, config(as(t, pool, projector)))
	r.reach(0)
	if holder(t, pool) == 0 {
		t.Fatal("nobody has the lease")
	}
	r.stop()
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	if pid := holder(t, pool); pid != 0 {
		t.Errorf("process %d still has the lease", pid)
	}
}

// An idle runner whose session is gone notices, and takes the lease again or
// leaves it to another.
func TestIdleRunnerNoticesALostLease(t *testing.T) {
	t.Parallel()
	pool := db.New(t)
	add(t, ledger.New(pool), programme, 5)
	c := config(as(t, pool, projector))
	c.Poll = 5 * time.Millisecond
	start(t, c).reach(5)
	for range 3 {
		lost := holder(t, pool)
		if _, err := pool.Exec(t.Context(), `SELECT pg_terminate_backend($1, 5000)`, lost); err != nil {
			t.Fatal(err)
		}
		until(t, "the lease is taken again", func() bool { now := holder(t, pool); return now != 0 && now != lost })
	}
	wantJournal(t, pool, programme, 5)
}

// Runners that all believe to have the lease are fenced by the checkpoint.
func TestCheckpointFencesRunnersWithoutLease(t *testing.T) {
	t.Parallel()
	pool := db.New(t)
	const n = 200
	add(t, ledger.New(pool), programme, n)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var g errgroup.Group
	fenced := make(chan struct{}, 10_000)
	for batch := range 4 {
		c := config(as(t, pool, projector))
		c.Batch = batch + 1
		c.Progress = func(p events.Position) {
			if p == n {
				cancel()
			}
		}
		g.Go(func() error {
			for ctx.Err() == nil {
				err := runner.RunWithoutLease(ctx, c)
				switch {
				case runner.IsFenced(err):
					fenced <- struct{}{}
				case err != nil && ctx.Err() == nil:
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	wantJournal(t, pool, programme, n)
	if len(fenced) == 0 {
		t.Error("no runner was fenced: the test shows nothing")
	}
}

// A pool that is closed under a runner ends it; closing does not hang.
func TestPoolClosedWhileRunning(t *testing.T) {
	t.Parallel()
	pool := db.New(t)
	mine := as(t, pool, projector)
	wake := make(chan struct{}, 1)
	c := config(mine)
	c.Wake = wake
	r := start(t, c)
	r.reach(0)
	closed := make(chan struct{})
	go func() { defer close(closed); mine.Close() }()
	until(t, "the pool closes", func() bool { // Close waits for the lease's connection
		select {
		case wake <- struct{}{}:
		default:
		}
		select {
		case <-closed:
			return true
		default:
			return false
		}
	})
	if err := r.end(); err == nil {
		t.Error("no error says that the pool was closed")
	}
}
