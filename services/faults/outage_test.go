package faults_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"
)

// Postgres crashes under load and comes back.
func TestPostgresKilled(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	w := newWorld(t, settings{direct: db.direct})
	w.enlist(6, 5)
	rng := random(5)
	f := w.work()
	for range long(3, 30) {
		pass(t, time.Duration(200+rng.IntN(400))*time.Millisecond)
		db.kill()
		pass(t, time.Duration(rng.IntN(300))*time.Millisecond)
		db.start()
		w.inspect(t.Context())
	}
	pass(t, 500*time.Millisecond)
	f.rest(t)
	w.report("crashes of Postgres", w.audit())
}

// While Postgres is away, submissions are answered 202, and when it is back they
// are recorded, those of each device in their order.
func TestPostgresAway(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	w := newWorld(t, settings{direct: db.direct})
	all := w.walkers(8)
	w.impatient(100 * time.Millisecond)
	steps(t, all, 500*time.Millisecond, 0)
	db.stop()
	steps(t, all, long(10*time.Second, 30*time.Second), http.StatusAccepted)
	db.start()
	began := time.Now()
	n := 0
	for _, x := range all {
		x.collect(t.Context(), 20*time.Second)
		n += len(x.sent)
	}
	t.Logf("%d submissions had their receipts %s after the database was back", n, time.Since(began).Round(time.Millisecond))
	w.report("Postgres away", w.audit())
}

// The server is killed while Postgres is away and more than a recorder holds at
// once was accepted: all of it is recorded in order when both are back.
func TestKilledWhilePostgresAway(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	w := newWorld(t, settings{direct: db.direct})
	all := w.walkers(8)
	w.impatient(time.Millisecond)
	steps(t, all, 100*time.Millisecond, 0)
	db.stop()
	steps(t, all, long(2*time.Second, 10*time.Second), http.StatusAccepted)
	w.process.kill()
	db.start()
	w.process.start()
	began := time.Now()
	n := 0
	for _, x := range all {
		x.collect(t.Context(), 20*time.Second)
		n += len(x.sent)
	}
	t.Logf("%d submissions had their receipts %s after the start", n, time.Since(began).Round(time.Millisecond))
	w.report("killed while Postgres was away", w.audit())
}

// A server that is asked to stop while Postgres is away stops in time, and what it
// had accepted is recorded after the next start.
func TestStoppedWhilePostgresAway(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	w := newWorld(t, settings{direct: db.direct})
	all := w.walkers(4)
	w.impatient(time.Millisecond)
	steps(t, all, 100*time.Millisecond, 0)
	db.stop()
	steps(t, all, 500*time.Millisecond, http.StatusAccepted)
	w.process.stop()
	db.start()
	w.process.start()
	for _, x := range all {
		x.collect(t.Context(), 20*time.Second)
	}
	w.report("stopped while Postgres was away", w.audit())
}

// steps lets the walkers walk for a time. Each answer must have the status, or be
// 200 or 202 if it is 0.
func steps(t *testing.T, all []*walker, d time.Duration, status int) {
	t.Helper()
	end := time.Now().Add(d)
	var wg sync.WaitGroup
	for _, x := range all {
		wg.Go(func() {
			for time.Now().Before(end) {
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				got := x.step(ctx)
				cancel()
				if got != status && (status != 0 || got != http.StatusOK && got != http.StatusAccepted) {
					t.Errorf("%s: a submission was answered %d, expected %d", x.device.name, got, status)
					return
				}
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
}
