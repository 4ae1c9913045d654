package rows_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/projections/scores/rows"
)

var errBroken = errors.New("the disk of the test is full")

// faulty is the scores with failures after the rows of a batch were written:
// an error, or the end of the session.
type faulty struct {
	rows.Projection
	fault func(ctx context.Context, tx pgx.Tx) error
}

func (p faulty) Load(ctx context.Context, tx pgx.Tx, g runner.Generation) (runner.Fold, error) {
	f, err := p.Projection.Load(ctx, tx, g)
	return faultyFold{f, p.fault}, err
}

type faultyFold struct {
	runner.Fold
	fault func(ctx context.Context, tx pgx.Tx) error
}

func (f faultyFold) Flush(ctx context.Context, tx pgx.Tx, g runner.Generation) error {
	if err := f.Fold.Flush(ctx, tx, g); err != nil {
		return err
	}
	return f.fault(ctx, tx)
}

// Whatever is recorded, in whatever batches the runner reads it, wherever it is
// stopped and whatever fails in between: the rows are those of a fold that read
// everything in one go, and earlier positions read as a fold that stopped there.
func TestRowsAreThoseOfAFoldFromScratch(t *testing.T) {
	t.Parallel()
	pool := db.New(t)
	projector, reader := as(t, pool, "aboveline_projector"), rows.NewReader(as(t, pool, "aboveline_reader"))
	l, admin := ledger.New(pool), as(t, pool, "none")
	programmes := 0
	rapid.Check(t, func(rt *rapid.T) {
		ctx := t.Context()
		programmes++
		b := drawBook(rt, events.Programme(fmt.Sprintf("p%d", programmes)), rapid.IntRange(0, 60).Draw(rt, "steps"))
		stops := rapid.SliceOfNDistinct(rapid.IntRange(1, len(b.drafts)-1), 0, 3, rapid.ID).Draw(rt, "stops")
		slices.Sort(stops)
		for _, done := range append(stops, len(b.drafts)) {
			b.write(ctx, rt, l, done)
			// Each run ends with the last fault of its plan; the one without faults
			// gets through.
			c := config(projector, b.programme)
			c.Poll = time.Millisecond
			c.Batch = rapid.IntRange(1, 20).Draw(rt, "batch")
			faults := rapid.SliceOfN(rapid.IntRange(0, 3), 0, 6).Draw(rt, "faults")
			c.Projection = faulty{fault: func(ctx context.Context, tx pgx.Tx) error {
				if len(faults) == 0 {
					return nil
				}
				kind := faults[0]
				faults = faults[1:]
				switch kind {
				case 0:
					return errBroken
				case 1: // the runner loads anew and goes on
					_, err := admin.Exec(ctx, `SELECT pg_terminate_backend($1, 5000)`, tx.Conn().PgConn().PID())
					return err
				default:
					return nil
				}
			}}
			for {
				reached, err := runUntil(ctx, c, events.Position(done))
				if reached && err == nil {
					break
				}
				if !errors.Is(err, errBroken) {
					rt.Fatal(err)
				}
			}
			wantRows(ctx, rt, pool, b, done)
		}
		for range 2 {
			at := rapid.IntRange(1, len(b.drafts)).Draw(rt, "as of")
			f := b.fold(rt, at)
			for _, i := range someInspections {
				s, err := reader.Tallies(ctx, b.programme, i, events.Position(at))
				if err != nil && !errors.Is(err, rows.ErrNotFound) {
					rt.Fatal(err)
				}
				if err == nil {
					wantProportions(rt, f, i, s)
				}
			}
		}
		wantExplainedFigures(ctx, rt, reader, b)
	})
}

// runUntil lets a runner work until it has reached a position or fails.
func runUntil(ctx context.Context, c runner.Config, upto events.Position) (reached bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c.Progress = func(p events.Position) {
		if p >= upto {
			reached = true
			cancel()
		}
	}
	err = runner.Run(ctx, c)
	return reached, err
}

// wantExplainedFigures compares the last change of some figures with the figures of
// a fold of everything.
func wantExplainedFigures(ctx context.Context, t *rapid.T, r *rows.Reader, b *book) {
	f := b.fold(t, len(b.drafts))
	fw, _ := f.Framework()
	for _, i := range someInspections {
		tallies, _ := f.Tallies(i)
		figures := scores.Figures(fw, tallies)
		for range 3 {
			figure := rapid.SampledFrom(figures).Draw(t, "figure")
			changes, err := explain(ctx, r, b.programme, i, figure.Name)
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case len(changes) == 0 && figure.Exact != nil,
				len(changes) > 0 && !equal(changes[len(changes)-1].After, figure.Exact):
				t.Fatalf("%s of %s stands at %v, its last change of %d says otherwise",
					figure.Name, i, figure.Exact, len(changes))
			}
		}
	}
}
