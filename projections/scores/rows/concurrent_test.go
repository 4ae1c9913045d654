package rows_test

import (
	"context"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/projections/scores/rows"
)

// Whatever a query reads while the runner writes belongs to one position: the one
// it says.
func TestQueriesBesideARunnerReadOneSnapshot(t *testing.T) {
	t.Parallel()
	const n = 1500
	b := hampshireBook(t, "p", 1)
	b.drafts, b.events = b.drafts[:n], b.events[:n]
	pool := db.New(t)
	b.full(t, ledger.New(pool))
	r := rows.NewReader(as(t, pool, "aboveline_reader"))
	c := config(as(t, pool, "aboveline_projector"), "p")
	c.Batch = 7
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	opened, done := make(chan struct{}), make(chan struct{})
	c.Progress = func(p events.Position) {
		switch p {
		case 7:
			close(opened)
		case n:
			close(done)
			cancel()
		}
	}
	var g errgroup.Group
	g.Go(func() error { return runner.Run(ctx, c) })
	var snapshots []rows.Snapshot
	g.Go(func() error {
		<-opened
		for {
			s, err := r.Tallies(t.Context(), "p", hampshire, rows.Latest)
			if err != nil {
				return err
			}
			snapshots = append(snapshots, s)
			select {
			case <-done:
				return nil
			default:
			}
		}
	})
	g.Go(func() error { // a history with a hole would be an error
		<-opened
		for {
			if _, err := explain(t.Context(), r, "p", hampshire, "outcome/4"); err != nil {
				return err
			}
			select {
			case <-done:
				return nil
			default:
			}
		}
	})
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	between := 0
	for _, s := range snapshots {
		if s.Position > 7 && s.Position < n {
			between++
		}
	}
	if between == 0 {
		t.Error("no query came while the runner wrote: the test shows nothing")
	}
	folds := map[events.Position]bool{}
	for _, s := range snapshots {
		if folds[s.Position] {
			continue
		}
		folds[s.Position] = true
		f := b.fold(t, int(s.Position))
		wantProportions(t, f, hampshire, s)
		want, _ := f.Tallies(hampshire)
		for q, tally := range want {
			if s.Tallies[q] != tally {
				t.Fatalf("position %d: question %s at %+v, want %+v", s.Position, q, s.Tallies[q], tally)
			}
		}
	}
}

// Rows that were changed behind the runner's back are found when they are loaded.
func TestRowsThatDoNotAddUp(t *testing.T) {
	t.Parallel()
	b := hampshireBook(t, "p", 1)
	b.drafts, b.events = b.drafts[:500], b.events[:500]
	for _, sql := range []string{
		`UPDATE projections.score_tallies SET above = above + 1 WHERE question = '1.1.02'`,
		`DELETE FROM projections.score_answers WHERE case_id = 'C001'`,
		`DELETE FROM projections.score_frameworks`,
	} {
		pool := built(t, b)
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
		_, err := runUntil(t.Context(), config(as(t, pool, "aboveline_projector"), "p"), 500)
		if !scores.IsBadState(err) {
			t.Errorf("%s: error %v, want one about the rows", sql, err)
		}
	}
}
