package runner_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events/ledger"
)

var errBroken = errors.New("the disk of the test is full")

// A batch whose rows were written and whose transaction failed leaves nothing.
func TestFailureAfterTheRowsWereWritten(t *testing.T) {
	t.Parallel()
	pool := db.New(t)
	add(t, ledger.New(pool), programme, 12)
	done := 0
	for _, fail := range []bool{true, false, true, true, false} {
		batches := 0
		c := config(as(t, pool, projector))
		c.Batch = 4
		c.Projection = journal{version: 1, flushed: func(context.Context, pgx.Tx) error {
			if batches++; fail || batches > 1 {
				return errBroken
			}
			return nil
		}}
		if err := start(t, c).end(); !errors.Is(err, errBroken) {
			t.Fatalf("error %v, want that of the projection", err)
		}
		if !fail {
			done += 4
		}
		wantJournal(t, pool, programme, done)
	}
}

// Sessions that are killed at any moment, of the lease or of the reads, cost a
// retry: no event is left out or applied twice.
func TestKilledSessions(t *testing.T) {
	t.Parallel()
	pool := db.New(t)
	const n = 400
	add(t, ledger.New(pool), programme, n)
	admin := as(t, pool, "none")
	ctx, cancel := context.WithCancel(t.Context())
	kills := 0
	c := config(as(t, pool, projector))
	c.Poll, c.Batch = time.Millisecond, 3
	c.Projection = journal{version: 1, flushed: func(ctx context.Context, tx pgx.Tx) error {
		if rand.IntN(5) > 0 {
			return nil
		}
		kills++
		return kill(ctx, admin, tx.Conn().PgConn().PID())
	}}
	var chaos sync.WaitGroup
	chaos.Go(func() {
		tick := time.NewTicker(3 * time.Millisecond)
		defer tick.Stop()
		for ; ctx.Err() == nil; <-tick.C {
			_ = kill(ctx, admin, 0) // what it hits, and whether, is chance
		}
	})
	r := start(t, c)
	r.reach(n)
	cancel()
	chaos.Wait()
	if kills == 0 {
		t.Error("no batch was killed: the test shows nothing")
	}
	wantJournal(t, pool, programme, n)
}

// kill ends a session of the projector; for 0 any of them.
func kill(ctx context.Context, admin *pgxpool.Pool, pid uint32) error {
	_, err := admin.Exec(ctx, `SELECT pg_terminate_backend(pid, 5000) FROM (
		SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
		AND ($1 = 0 OR pid = $1) ORDER BY random() LIMIT 1) AS one`, int64(pid))
	return err
}

// The database goes away and comes back: the runner waits for it.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	pool := db.New(t)
	l := ledger.New(pool)
	add(t, l, programme, 5)
	var away atomic.Bool
	refused := make(chan struct{}, 1000)
	own := pool.Config()
	own.ConnConfig.RuntimeParams["role"] = projector
	own.ConnConfig.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if away.Load() {
			refused <- struct{}{}
			return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
		}
		return new(net.Dialer).DialContext(ctx, network, addr)
	}
	projectors, err := pgxpool.NewWithConfig(t.Context(), own)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(projectors.Close)
	c := config(projectors)
	c.Poll = 5 * time.Millisecond
	r := start(t, c)
	r.reach(5)
	away.Store(true)
	until(t, "the sessions are gone", func() bool {
		_, err := pool.Exec(t.Context(), `SELECT pg_terminate_backend($1, 5000)`, holder(t, pool))
		return err == nil && len(refused) > 2
	})
	add(t, l, programme, 5)
	away.Store(false)
	r.reach(10)
	wantJournal(t, pool, programme, 10)
}
