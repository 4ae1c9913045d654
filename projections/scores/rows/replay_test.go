package rows_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/projections/scores/rows"
)

// altered is the scores with a fold that does something else.
type altered struct {
	rows.Projection
	apply func(r *events.Recorded, e events.Event, next func(*events.Recorded, events.Event) error) error
}

func (a altered) Load(ctx context.Context, tx pgx.Tx, g runner.Generation) (runner.Fold, error) {
	f, err := a.Projection.Load(ctx, tx, g)
	if err != nil {
		return nil, err
	}
	bulk, ok := f.(runner.Bulk)
	if !ok {
		return nil, errors.New("the fold of the scores is no bulk")
	}
	return alteredFold{bulk, a}, nil
}

type alteredFold struct {
	runner.Bulk
	altered altered
}

func (f alteredFold) Apply(r *events.Recorded, e events.Event) error {
	return f.altered.apply(r, e, f.Bulk.Apply)
}

// editedBook is the beginning of the reference set and two more inspections, with
// corrections and an edit of the criteria in the middle and its way back.
func editedBook(t testing.TB) *book {
	b := hampshireBook(t, "p", 1)
	b.drafts, b.events = b.drafts[:1500], b.events[:1500]
	for n, i := range []events.InspectionID{"area-1", "area-2"} {
		b.open(i)
		gender := "male"
		b.describe(i, "C1", map[string]*string{"gender": &gender})
		b.judge(i, "C1", "1.1.02", []events.Answer{"sufficient", "insufficient"}[n])
	}
	published, ok := b.events[1].(events.FrameworkPublished)
	if !ok {
		t.Fatalf("the book begins with %T", b.events[1])
	}
	source := published.Source
	cases := func(answer events.Answer) {
		for _, c := range []events.CaseID{"C001", "C002", "C003"} {
			b.judge(hampshire, c, "1.1.02", answer)
			gender := "female"
			b.describe(hampshire, c, map[string]*string{"gender": &gender})
		}
	}
	cases("insufficient")
	b.publish(source + "\n# edited\n")
	cases("sufficient")
	b.restore(1)
	cases("")
	return b
}

func replay(t testing.TB, pool *pgxpool.Pool, projection runner.Projection) error {
	t.Helper()
	c := config(as(t, pool, "aboveline_projector"), "p")
	desk := runner.NewDesk(c.Pool, c.Ledger, rows.Projection{})
	if _, err := desk.Replay(t.Context(), rows.Name, "p", "editor-1", 0, ""); err != nil {
		t.Fatal(err)
	}
	c.Projection = projection
	return runner.Build(t.Context(), runner.BuildConfig{Config: c})
}

func activeGeneration(t testing.TB, pool *pgxpool.Pool) (g runner.Generation) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), `SELECT generation FROM projections.active`).Scan(&g); err != nil {
		t.Fatal(err)
	}
	return g
}

// withoutZeros leaves out tallies that stand at zero, with a row or without.
func withoutZeros(d scores.Delta) scores.Delta {
	d.Tallies = slices.DeleteFunc(d.Tallies, func(t scores.TallyRow) bool { return t.Tally == scores.Tally{} })
	return d
}

// A replay gives the rows that the live runner made, the history included, however
// often; what follows is the same, too.
func TestReplayEqualsLive(t *testing.T) {
	t.Parallel()
	b := editedBook(t)
	pool := built(t, b)
	want := sorted(withoutZeros(readRows(t.Context(), t, pool, "p")))
	for n := range 2 {
		if err := replay(t, pool, rows.Projection{}); err != nil {
			t.Fatal(err)
		}
		if g := activeGeneration(t, pool); g != runner.Generation(n+2) {
			t.Errorf("generation %d is active", g)
		}
		if d := cmp.Diff(want, sorted(withoutZeros(readRows(t.Context(), t, pool, "p")))); d != "" {
			t.Fatalf("replay %d (-live +replay):\n%s", n, d)
		}
	}
	b.judge(hampshire, "C001", "1.1.02", "sufficient")
	b.write(t.Context(), t, ledger.New(pool), len(b.drafts))
	run(t.Context(), t, config(as(t, pool, "aboveline_projector"), "p"), events.Position(len(b.drafts)))
	wantRows(t.Context(), t, pool, b, len(b.drafts))
	r := rows.NewReader(as(t, pool, "aboveline_reader"))
	for _, n := range []int{300, 1506, 1512, 1513, 1519, len(b.drafts)} {
		s, err := r.Tallies(t.Context(), "p", hampshire, events.Position(n))
		if err != nil {
			t.Fatal(err)
		}
		wantProportions(t, b.fold(t, n), hampshire, s)
	}
}

// A fold that does the wrong thing once does not become what people see.
func TestParityCatchesAFaultyFold(t *testing.T) {
	t.Parallel()
	b := editedBook(t)
	pool := built(t, b)
	want := sorted(readRows(t.Context(), t, pool, "p"))
	type next = func(*events.Recorded, events.Event) error
	const at = 500
	for name, apply := range map[string]func(r *events.Recorded, e events.Event, next next) error{
		"forgets an event": func(r *events.Recorded, e events.Event, next next) error {
			if r.Position == at {
				return nil
			}
			return next(r, e)
		},
		"another answer": func(r *events.Recorded, e events.Event, next next) error {
			if j, ok := e.(events.JudgementRecorded); ok && r.Position == at {
				e = events.JudgementRecorded{Question: j.Question, Answer: "insufficient"}
				if j.Answer == "insufficient" {
					e = events.JudgementRecorded{Question: j.Question, Answer: "sufficient"}
				}
			}
			return next(r, e)
		},
		"another position": func(r *events.Recorded, e events.Event, next next) error {
			if r.Position == at {
				other := *r
				other.Position--
				r = &other
			}
			return next(r, e)
		},
		"no longer takes it": func(r *events.Recorded, e events.Event, next next) error {
			if r.Position == at {
				return errors.New("the fault of the test")
			}
			return next(r, e)
		},
	} {
		before := activeGeneration(t, pool)
		err := replay(t, pool, altered{apply: apply})
		if !runner.IsBuildFailed(err) || !runner.IsParity(err) {
			t.Errorf("%s: error %v, want one about parity", name, err)
		}
		if now := activeGeneration(t, pool); now != before {
			t.Errorf("%s: generation %d is active", name, now)
		}
		if d := cmp.Diff(want, sorted(readRows(t.Context(), t, pool, "p"))); d != "" {
			t.Errorf("%s: rows (-before +after):\n%s", name, d)
		}
	}
}

// An event that the scores cannot apply parks its stream in order, and nothing else;
// the figures concerned say so. After a fix it is in its place.
func TestParkedStream(t *testing.T) {
	t.Parallel()
	b := hampshireBook(t, "p", 2)
	b.drafts, b.events = b.drafts[:400], b.events[:400]
	clear(b.revisions)
	const other = hampshire + "-x"
	b.open(other)
	gender := "male"
	b.describe(other, "C1", map[string]*string{"gender": &gender})
	b.judge(other, "C1", "1.1.02", "insufficient")
	b.judge(other, "C1", "1.1.02", "sufficient")
	b.judge(other, "C1", "4.1.07", "sufficient")
	stream := events.JudgementStream(other, "C1", "1.1.02")
	pool := db.New(t)
	b.full(t, ledger.New(pool))
	head := events.Position(len(b.drafts))
	c := config(as(t, pool, "aboveline_projector"), "p")
	c.Batch = 7
	c.Projection = altered{apply: func(
		r *events.Recorded, e events.Event, next func(*events.Recorded, events.Event) error,
	) error {
		if r.Stream == stream {
			return errors.New("the fault of the test")
		}
		return next(r, e)
	}}
	run(t.Context(), t, c, head)
	run(t.Context(), t, c, head) // the trial at the start changes nothing

	desk := runner.NewDesk(c.Pool, c.Ledger, rows.Projection{})
	parked, err := desk.Parked(t.Context(), "p")
	if err != nil || len(parked) != 2 || !parked[0].First || parked[1].First || parked[0].Position != head-2 ||
		parked[1].Position != head-1 || parked[0].Stream != stream {
		t.Fatalf("parked %+v (%v)", parked, err)
	}
	reader := rows.NewReader(as(t, pool, "aboveline_reader"))
	for figure, want := range map[scores.FigureID]bool{
		"question/1.1.02": true, "question/4.1.07": false, "section/1": true, "section/4": false,
	} {
		s, err := reader.Tallies(t.Context(), "p", other, rows.Latest)
		if err != nil || s.Incomplete(figure) != want {
			t.Errorf("%s incomplete: %v (%v), want %v", figure, !want, err, want)
		}
		if s, err = reader.Tallies(t.Context(), "p", other, head-3); err != nil || s.Incomplete(figure) {
			t.Errorf("%s is incomplete before it was (%v)", figure, err)
		}
		if s, err = reader.Tallies(t.Context(), "p", hampshire, rows.Latest); err != nil || s.Incomplete(figure) {
			t.Errorf("%s is incomplete elsewhere (%v)", figure, err)
		}
	}
	// A replay by the same code comes to the same; it is no failure.
	if err := replay(t, pool, c.Projection); err != nil {
		t.Fatal(err)
	}
	if again, err := desk.Parked(t.Context(), "p"); err != nil || len(again) != 2 {
		t.Errorf("parked %+v (%v)", again, err)
	}
	// The fix: the runner finds out at its start.
	c.Projection = rows.Projection{}
	run(t.Context(), t, c, head)
	if due, err := desk.DueBuilds(t.Context()); err != nil || len(due) != 1 {
		t.Fatalf("due %v (%v)", due, err)
	}
	if err := runner.Build(t.Context(), runner.BuildConfig{Config: c}); err != nil {
		t.Fatal(err)
	}
	if left, err := desk.Parked(t.Context(), "p"); err != nil || len(left) != 0 {
		t.Errorf("parked %+v (%v)", left, err)
	}
	wantRows(t.Context(), t, pool, b, len(b.drafts))
}

// A framework that cannot be applied stops everything, because everything depends on
// it.
func TestControlEventStopsTheScores(t *testing.T) {
	t.Parallel()
	b := hampshireBook(t, "p", 1)
	b.drafts, b.events = b.drafts[:300], b.events[:300]
	b.restore(77)
	b.judge(hampshire, "C001", "1.1.02", "insufficient")
	pool := db.New(t)
	b.full(t, ledger.New(pool))
	for range 2 {
		err := runner.Run(t.Context(), config(as(t, pool, "aboveline_projector"), "p"))
		if !runner.IsStop(err) || !scores.IsInapplicable(err) {
			t.Errorf("error %v, want a stop", err)
		}
		wantRows(t.Context(), t, pool, b, 300)
	}
}

// Reads go on while generations are built, switched to, gone back to and removed:
// none fails, and each gives the one right answer.
func TestReadsDuringSwitches(t *testing.T) {
	t.Parallel()
	b := hampshireBook(t, "p", 1)
	pool := built(t, b)
	reader := rows.NewReader(as(t, pool, "aboveline_reader"))
	want, err := reader.Tallies(t.Context(), "p", hampshire, rows.Latest)
	if err != nil {
		t.Fatal(err)
	}
	quiet := readFor(t, reader, want, func() {})
	busy := readFor(t, reader, want, func() {
		c := config(as(t, pool, "aboveline_projector"), "p")
		desk := runner.NewDesk(c.Pool, c.Ledger, rows.Projection{})
		for range 3 {
			before := activeGeneration(t, pool)
			if err := replay(t, pool, rows.Projection{}); err != nil {
				t.Error(err)
			}
			if err := desk.Use(t.Context(), "p", before, "editor-1"); err != nil {
				t.Error(err)
			}
			if err := runner.Build(t.Context(), runner.BuildConfig{Config: c}); err != nil {
				t.Error(err)
			}
		}
	})
	t.Logf("reads: quiet p99 %v, longest %v of %d; during 3 replays and 3 ways back p99 %v, longest %v of %d",
		quiet[len(quiet)*99/100], quiet[len(quiet)-1], len(quiet), busy[len(busy)*99/100], busy[len(busy)-1], len(busy))
}

// readFor reads 200 times a second while something is done, and for a second at
// least, and gives how long reads took, in order.
func readFor(t *testing.T, reader *rows.Reader, want rows.Snapshot, do func()) (took []time.Duration) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	var (
		reads sync.WaitGroup
		mu    sync.Mutex
		done  = make(chan struct{})
	)
	reads.Go(func() {
		tick := time.NewTicker(time.Second / 200)
		defer tick.Stop()
		for n := 0; ctx.Err() == nil; n++ {
			select {
			case <-done:
				if n >= 200 {
					return
				}
			default:
			}
			<-tick.C
			reads.Go(func() {
				began := time.Now()
				got, err := reader.Tallies(ctx, "p", hampshire, rows.Latest)
				if err != nil || !cmp.Equal(want.Tallies, got.Tallies) || got.Position != want.Position {
					t.Errorf("a read failed: %v", err)
				}
				mu.Lock()
				defer mu.Unlock()
				took = append(took, time.Since(began))
			})
		}
	})
	do()
	close(done)
	reads.Wait()
	slices.Sort(took)
	return took
}
