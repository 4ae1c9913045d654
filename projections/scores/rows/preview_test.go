package rows_test

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/projections/scores/rows"
)

// A workbench that is synced now and then holds what a fold of everything up to
// there holds, whether it loaded rows or read on, and it never runs ahead of the
// scores.
func TestWorkbenchStandsWhereTheScoresStand(t *testing.T) {
	t.Parallel()
	pool := db.New(t)
	projector, reader := as(t, pool, "aboveline_projector"), rows.NewReader(as(t, pool, "aboveline_reader"))
	l := ledger.New(pool)
	programmes := 0
	rapid.Check(t, func(rt *rapid.T) {
		ctx := t.Context()
		programmes++
		b := drawBook(rt, events.Programme(fmt.Sprintf("w%d", programmes)), rapid.IntRange(0, 60).Draw(rt, "steps"))
		w := reader.Workbench(ledger.New(as(t, pool, "aboveline_reader")), b.programme)
		if err := w.Sync(ctx); !errors.Is(err, rows.ErrNotFound) {
			rt.Fatalf("before there are scores: error %v", err)
		}
		for done := 0; done < len(b.drafts); {
			done = rapid.IntRange(max(done+1, b.written), len(b.drafts)).Draw(rt, "runs to")
			b.write(ctx, rt, l, done)
			c := config(projector, b.programme)
			c.Poll = time.Millisecond
			run(ctx, rt, c, events.Position(done))
			ahead := rapid.IntRange(done, len(b.drafts)).Draw(rt, "the ledger is at")
			b.write(ctx, rt, l, ahead)
			if rapid.Bool().Draw(rt, "another workbench") {
				w = reader.Workbench(l, b.programme)
			}
			if err := w.Sync(ctx); err != nil {
				rt.Fatal(err)
			}
			if w.Position() != events.Position(done) || w.Parked() != 0 {
				rt.Fatalf("at position %d with %d parked, want %d", w.Position(), w.Parked(), done)
			}
			want, got := stateOf(b.fold(rt, done)), stateOf(w.Fold())
			if d := gocmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
				rt.Fatalf("after %d events (-fold +workbench):\n%s", done, d)
			}
		}
	})
}

// stateOf is the state of a fold in an order of its own.
func stateOf(f *scores.Fold) scores.Delta {
	s := f.State()
	d := scores.Delta{Frameworks: s.Frameworks}
	d.Inspections, d.Cases = all(s.Inspections), all(s.Cases)
	d.Answers, d.Tallies = all(s.Answers), all(s.Tallies)
	return sorted(d)
}

func all[T any](rows iter.Seq2[T, error]) (all []T) {
	for row, err := range rows {
		if err == nil { // a fold's own rows have none
			all = append(all, row)
		}
	}
	return all
}

// A workbench parks what the scores park, and goes on.
func TestWorkbenchParksWhatTheScoresPark(t *testing.T) {
	t.Parallel()
	b := hampshireBook(t, "p", 1)
	b.judge(hampshire, "C001", "9.9.99", "yes") // of no framework
	b.judge(hampshire, "C001", "9.9.99", "no")  // behind it
	pool := built(t, b)
	reader := rows.NewReader(as(t, pool, "aboveline_reader"))
	loaded, following := reader.Workbench(ledger.New(pool), "p"), reader.Workbench(ledger.New(pool), "p")
	if err := following.Sync(t.Context()); err != nil || following.Parked() != 1 {
		t.Fatalf("%d parked (%v)", following.Parked(), err)
	}
	b.judge(hampshire, "C001", "9.9.99", "yes") // behind it
	b.judge(hampshire, "C002", "9.9.99", "yes") // another stream
	b.judge(hampshire, "C001", "1.1.01", "")
	b.write(t.Context(), t, ledger.New(pool), len(b.drafts))
	run(t.Context(), t, config(as(t, pool, "aboveline_projector"), "p"), events.Position(len(b.drafts)))
	for name, w := range map[string]*rows.Workbench{"loaded": loaded, "following": following} {
		if err := w.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		if w.Parked() != 2 || w.Position() != events.Position(len(b.drafts)) {
			t.Errorf("%s: %d parked at position %d", name, w.Parked(), w.Position())
		}
	}
	if d := gocmp.Diff(stateOf(loaded.Fold()), stateOf(following.Fold()), cmpopts.EquateEmpty()); d != "" {
		t.Errorf("(-loaded +following):\n%s", d)
	}
}

// A preview on the workbench is that of the fold.
func TestWorkbenchPreviews(t *testing.T) {
	t.Parallel()
	b := hampshireBook(t, "p", 2)
	reader := rows.NewReader(as(t, built(t, b), "aboveline_reader"))
	w := reader.Workbench(nil, "p")
	if err := w.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	fw, _ := w.Fold().Framework()
	next, err := framework.Parse("edited", []byte(strings.Replace(string(fw.Source),
		"above_line: [sufficient]\n    outcomes: [4]", "above_line: [sufficient, insufficient]\n    outcomes: [4]", 1)))
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.Preview(next, 1000)
	if err != nil || len(got.Figures) != 2*4 {
		t.Fatalf("%d figures move (%v)", len(got.Figures), err)
	}
	want, err := b.fold(t, len(b.drafts)).Preview(next, 1000)
	if err != nil {
		t.Fatal(err)
	}
	byPlace := cmpopts.SortSlices(func(x, y any) bool { return fmt.Sprint(x) < fmt.Sprint(y) })
	if len(got.Figures) != len(want.Figures) || gocmp.Diff(want.Cases, got.Cases, byPlace) != "" ||
		gocmp.Diff(want.Questions, got.Questions, byPlace) != "" {
		t.Errorf("the fold says\n%+v\nand the workbench\n%+v", want, got)
	}
}

func TestDrafts(t *testing.T) {
	t.Parallel()
	pool := db.New(t)
	ctx, r := t.Context(), rows.NewReader(as(t, pool, "aboveline_reader"))
	keep := func(name, source string, actor events.Actor) error {
		d, err := r.KeepDraft(ctx, "p", rows.Draft{Name: name, Source: source, Base: 2, Position: 7, Actor: actor})
		if err == nil && d.KeptAt.IsZero() {
			t.Errorf("%s: when it was kept is not known", name)
		}
		return err
	}
	for _, err := range []error{keep("mild", "a", "ed"), keep("harsh", "b", "ann"), keep("mild", "c", "ed")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := keep("mild", "d", "ann"); !errors.Is(err, rows.ErrDraftTaken) {
		t.Errorf("somebody else's: error %v", err)
	}
	all, err := r.Drafts(ctx, "p")
	if err != nil || len(all) != 2 || all[0].Name != "harsh" || all[1].Actor != "ed" || all[1].Base != 2 ||
		all[1].Position != 7 || all[1].Source != "" {
		t.Errorf("drafts %+v (%v)", all, err)
	}
	if d, ok, err := r.Draft(ctx, "p", "mild"); !ok || err != nil || d.Source != "c" {
		t.Errorf("draft %+v, %v (%v)", d, ok, err)
	}
	if _, ok, err := r.Draft(ctx, "other", "mild"); ok || err != nil {
		t.Errorf("of another programme: %v (%v)", ok, err)
	}
	for _, want := range []bool{true, false} {
		if dropped, err := r.DropDraft(ctx, "p", "mild"); dropped != want || err != nil {
			t.Errorf("dropped: %v (%v)", dropped, err)
		}
	}
	for n := range rows.MaxDrafts - 1 {
		if err := keep(fmt.Sprint("n", n), "x", "ed"); err != nil {
			t.Fatal(err)
		}
	}
	if err := keep("one more", "x", "ed"); !errors.Is(err, rows.ErrTooManyDrafts) {
		t.Errorf("past the limit: error %v", err)
	}
	if err := keep("n1", "y", "ed"); err != nil {
		t.Errorf("one of those there are: %v", err)
	}
	if all, _ := r.Drafts(ctx, "p"); len(all) != rows.MaxDrafts || !slices.IsSortedFunc(all, func(a, b rows.Draft) int {
		return strings.Compare(a.Name, b.Name)
	}) {
		t.Errorf("%d drafts", len(all))
	}
}
