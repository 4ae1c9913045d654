package rows_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores/rows"
)

// A builder of the scores that is killed, whether between its steps or in the middle
// of a batch, is followed by one that ends the same generation with the same rows. A
// reader that looks all the time sees nothing else.
func TestBuilderKilledAnywhere(t *testing.T) {
	t.Parallel()
	b := editedBook(t)
	pool := built(t, b)
	want := sorted(withoutZeros(readRows(t.Context(), t, pool, "p")))
	reader := rows.NewReader(as(t, pool, "aboveline_reader"))
	right, err := reader.Tallies(t.Context(), "p", hampshire, rows.Latest)
	if err != nil {
		t.Fatal(err)
	}
	polling, stop := context.WithCancel(t.Context())
	var looking sync.WaitGroup
	reads := 0
	looking.Go(func() {
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for ; polling.Err() == nil; <-tick.C {
			got, err := reader.Tallies(polling, "p", hampshire, rows.Latest)
			if polling.Err() == nil && (err != nil || !cmp.Equal(right.Tallies, got.Tallies)) {
				t.Errorf("a read saw something else (%v)", err)
			}
			reads++
		}
	})
	defer looking.Wait()
	defer stop()
	kill := func() {
		_, err := pool.Exec(t.Context(), `SELECT pg_terminate_backend(pid, 5000) FROM pg_locks
			WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
		if err != nil {
			t.Error(err)
		}
	}
	// once kills at one phase, counted from 0, or at one position, counted from 1.
	once := func(phase int, position events.Position) (what string) {
		c := config(as(t, pool, "aboveline_projector"), "p")
		c.Batch = 200
		n, killed := 0, false
		c.Projection = altered{apply: func(
			r *events.Recorded, e events.Event, next func(*events.Recorded, events.Event) error,
		) error {
			if r.Position == position && !killed {
				killed, what = true, fmt.Sprintf("position %d", position)
				kill()
			}
			return next(r, e)
		}}
		desk := runner.NewDesk(c.Pool, c.Ledger, rows.Projection{})
		g, err := desk.Replay(t.Context(), rows.Name, "p", "editor-1", 0, "")
		if err != nil {
			t.Fatal(err)
		}
		err = runner.Build(t.Context(), runner.BuildConfig{Config: c, Phase: func(p string) {
			if n++; n == phase+1 {
				killed, what = true, fmt.Sprintf("%s (%d)", p, phase)
				kill()
			}
		}})
		if killed && err == nil || runner.IsBuildFailed(err) {
			t.Errorf("killed at %s: error %v", what, err)
		}
		again := runner.BuildConfig{Config: config(as(t, pool, "aboveline_projector"), "p")}
		deadline := time.NewTimer(30 * time.Second)
		defer deadline.Stop()
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for activeGeneration(t, pool) != g {
			if err := runner.Build(t.Context(), again); runner.IsBuildFailed(err) {
				t.Fatal(err)
			}
			select {
			case <-tick.C:
			case <-deadline.C:
				t.Fatalf("killed at %s: generation %d is not finished", what, g)
			}
		}
		if d := cmp.Diff(want, sorted(withoutZeros(readRows(t.Context(), t, pool, "p")))); d != "" {
			t.Fatalf("killed at %s (-want +got):\n%s", what, d)
		}
		return what
	}
	var all []string
	for phase := 0; ; phase++ {
		what := once(phase, 0)
		if what == "" {
			break
		}
		all = append(all, what)
	}
	for _, position := range []events.Position{1, 150, 777, events.Position(len(b.drafts))} {
		all = append(all, once(-1, position))
	}
	if len(all) < 8 {
		t.Errorf("killed only at %q: the test shows little", all)
	}
	stop()
	looking.Wait()
	t.Logf("killed at %q; %d reads in between", all, reads)
}
