package rows_test

import (
	"context"
	"encoding/json"
	"iter"
	"math"
	"math/big"
	"testing"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/projections/scores/rows"
)

func wantPercent(t *testing.T, f scores.Figure, want *int) {
	t.Helper()
	got, ok := f.Percent()
	if ok != (want != nil) || ok && got != *want {
		t.Errorf("%s prints %d (%t), want %v", f.Name, got, ok, want)
	}
}

// wantDecimals compares with a percentage printed to four decimals.
func wantDecimals(t *testing.T, f scores.Figure, want *json.Number) {
	t.Helper()
	if want == nil || f.Exact == nil {
		if want != nil || f.Exact != nil {
			t.Errorf("%s = %v, want %v", f.Name, f.Exact, want)
		}
		return
	}
	printed, ok := new(big.Rat).SetString(want.String())
	if !ok {
		t.Fatalf("%s: %q is no number", f.Name, want)
	}
	got := new(big.Rat).Mul(f.Exact, big.NewRat(100, 1)).FloatString(4)
	if got != printed.FloatString(4) {
		t.Errorf("%s = %s percent, want %s", f.Name, got, want)
	}
}

func equal(a, b *big.Rat) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Cmp(b) == 0
}

// wantProportions compares a snapshot as of a position with the fold that stopped
// there: whatever either has beyond zero.
func wantProportions(t fataler, f *scores.Fold, i events.InspectionID, s rows.Snapshot) {
	t.Helper()
	fw, revision := f.Framework()
	if (fw == nil) != (s.Framework == nil) || revision != s.Revision {
		t.Fatalf("position %d: framework revision %d, want %d", s.Position, s.Revision, revision)
	}
	want, _ := f.Tallies(i)
	for q, tally := range want {
		if s.Tallies[q].Proportion() != tally.Proportion() {
			t.Fatalf("position %d: question %s at %+v, want %+v", s.Position, q, s.Tallies[q], tally)
		}
	}
	for q, tally := range s.Tallies {
		if want[q].Proportion() != tally.Proportion() {
			t.Fatalf("position %d: question %s at %+v, want %+v", s.Position, q, tally, want[q])
		}
	}
}

// explain lists the changes of a figure.
func explain(
	ctx context.Context, r *rows.Reader, p events.Programme, i events.InspectionID, id scores.FigureID,
) ([]scores.Change, error) {
	trail, err := r.Trail(ctx, p, i, id)
	if err != nil {
		return nil, err
	}
	return collect(trail.Changes())
}

func collect(seq iter.Seq2[scores.Change, error]) (changes []scores.Change, err error) {
	for c, err := range seq {
		if err != nil {
			return nil, err
		}
		changes = append(changes, c)
	}
	return changes, nil
}

// explainWhole lists the changes of a figure from all that moved the inspection.
func explainWhole(
	ctx context.Context, r *rows.Reader, p events.Programme, i events.InspectionID, id scores.FigureID,
) ([]scores.Change, error) {
	span, err := r.Span(ctx, p, i, 0, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	return collect(scores.Explain(span.Framework, id, func(yield func(scores.Movement, error) bool) {
		for _, m := range span.Movements {
			if !yield(m, nil) {
				return
			}
		}
	}))
}
