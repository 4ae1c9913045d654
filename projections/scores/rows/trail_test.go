package rows_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/projections/scores/rows"
)

// A trail gives the changes that the history gives, of every figure of every
// framework, and a span the movements of its part.
func TestTrailIsTheHistory(t *testing.T) {
	t.Parallel()
	for seed := range 3 {
		b := rapid.Custom(func(t *rapid.T) *book { return drawBook(t, "p", 80) }).Example(seed)
		r := rows.NewReader(as(t, built(t, b), "aboveline_reader"))
		figures := map[scores.FigureID]bool{}
		for _, e := range b.events {
			if e, ok := e.(events.FrameworkPublished); ok {
				fw, err := framework.Parse("drawn", []byte(e.Source))
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range scores.Figures(fw, nil) {
					figures[f.Name] = true
				}
			}
		}
		var history []scores.Movement
		for _, i := range someInspections {
			for figure := range figures {
				wantTrail(t, r, i, figure)
			}
			for at := range events.Position(len(b.drafts)) {
				s, err := r.Span(t.Context(), "p", i, at, at+1)
				if err != nil {
					t.Fatal(err)
				}
				history = append(history, s.Movements...)
			}
		}
		byInspection := func(a, b scores.Movement) int {
			return slices.Index(someInspections, a.Inspection) - slices.Index(someInspections, b.Inspection)
		}
		want := sorted(b.fold(t, len(b.drafts)).Take()).History
		slices.SortStableFunc(want, byInspection)
		if diff := cmp.Diff(want, history); diff != "" {
			t.Fatalf("movements one by one (-fold +spans):\n%s", diff)
		}
	}
}

func wantTrail(t *testing.T, r *rows.Reader, i events.InspectionID, figure scores.FigureID) {
	t.Helper()
	want, err := explainWhole(t.Context(), r, "p", i, figure)
	if err != nil {
		t.Fatal(err)
	}
	trail, err := r.Trail(t.Context(), "p", i, figure)
	if err != nil {
		t.Fatal(err)
	}
	got, err := collect(trail.Changes())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(equal)); diff != "" {
		t.Fatalf("%s of %s (-history +trail):\n%s", figure, i, diff)
	}
	positions := trail.Positions()
	if !slices.IsSorted(positions) || len(slices.Compact(slices.Clone(positions))) != len(positions) {
		t.Fatalf("positions %v", positions)
	}
	for _, c := range got {
		if !slices.Contains(positions, c.Position) {
			t.Fatalf("the change at %d is not among the positions", c.Position)
		}
	}
	if _, ok := trail.Title(); !ok {
		t.Fatalf("%s has no title", figure)
	}
}

func TestTrailOfNoFigure(t *testing.T) {
	t.Parallel()
	b := rapid.Custom(func(t *rapid.T) *book { return drawBook(t, "p", 5) }).Example(1)
	r := rows.NewReader(as(t, built(t, b), "aboveline_reader"))
	for _, figure := range []scores.FigureID{"outcome/6", "nonsense", ""} {
		if _, err := r.Trail(t.Context(), "p", "north", figure); !scores.IsUnknownFigure(err) {
			t.Errorf("%q: error %v", figure, err)
		}
	}
}

// BenchmarkExplain lists the changes of a figure that 15,000 judgements moved.
func BenchmarkExplain(b *testing.B) {
	book := longBook(b, "p")
	r := rows.NewReader(as(b, built(b, book), "aboveline_reader"))
	b.ReportAllocs()
	for b.Loop() {
		trail, err := r.Trail(b.Context(), "p", "long", "outcome/1")
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for _, err := range trail.Changes() {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n < 14_000 {
			b.Fatalf("%d changes", n)
		}
	}
}

// BenchmarkAsOf reads tallies at a position within 15,000 judgements.
func BenchmarkAsOf(b *testing.B) {
	book := longBook(b, "p")
	r := rows.NewReader(as(b, built(b, book), "aboveline_reader"))
	for _, at := range []events.Position{200, 7500, events.Position(len(book.drafts) - 1)} {
		b.Run(fmt.Sprint(at), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s, err := r.Tallies(b.Context(), "p", "long", at)
				if err != nil || s.Position != at {
					b.Fatal(s.Position, err)
				}
			}
		})
	}
}
