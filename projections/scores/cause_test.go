package scores_test

import (
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/scores"
)

// The totals by cause add up to the figure exactly, whatever moved it, and the
// totals of any selection are the sums of its movements.
func TestTotalsAddUpToTheFigure(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, _ := drawProgramme(t, 60)
		f := scores.NewWith(remembering())
		frameworks := map[int]*framework.Framework{}
		var history []scores.Movement
		for k := range s.items {
			applyAll(t, f, s.items[k:k+1])
			history = append(history, f.Take().History...)
			fw, revision := f.Framework()
			frameworks[revision] = fw
		}
		for _, i := range []events.InspectionID{"north", "south"} {
			tallies, ok := f.Tallies(i)
			if !ok {
				continue
			}
			fw, _ := f.Framework()
			stands := exact(fw, tallies)
			for figure := range everyFigure(frameworks) {
				compareTotals(t, s, frameworks, figure, of(history, i), stands[figure])
			}
		}
	})
}

func compareTotals(
	t *rapid.T, s *script, frameworks map[int]*framework.Framework, figure scores.FigureID, history []scores.Movement,
	stands *big.Rat,
) {
	t.Helper()
	var all, some scores.Totals
	nets, counts := map[scores.Cause]*big.Rat{}, map[scores.Cause]int{}
	n := 0
	for c, err := range scores.Explain(found(frameworks), figure, each(history)) {
		if err != nil {
			t.Fatal(err)
		}
		cause, err := scores.CauseOf(s.items[c.Position-1].r.Type)
		if err != nil {
			t.Fatal(err)
		}
		all.Add(cause, c)
		if n++; n%3 != 0 {
			some.Add(cause, c)
			counts[cause]++
			nets[cause] = plus(plus(nets[cause], c.After, 1), c.Before, -1)
		}
	}
	sum := new(big.Rat)
	for _, total := range all.All() {
		sum.Add(sum, total.Net)
	}
	if sum.Cmp(plus(nil, stands, 1)) != 0 {
		t.Fatalf("the totals of %s add up to %v, and it stands at %v", figure, sum, stands)
	}
	for _, total := range some.All() {
		if total.Changes != counts[total.Cause] || total.Net.Cmp(plus(nets[total.Cause], nil, 1)) != 0 {
			t.Fatalf("%s: %+v of the selected, want %d, %v", figure, total, counts[total.Cause], nets[total.Cause])
		}
	}
}

// plus is sum + factor x; nil counts as 0.
func plus(sum, x *big.Rat, factor int64) *big.Rat {
	out := new(big.Rat)
	if sum != nil {
		out.Set(sum)
	}
	if x != nil {
		out.Add(out, new(big.Rat).Mul(x, big.NewRat(factor, 1)))
	}
	return out
}

func TestCauses(t *testing.T) {
	t.Parallel()
	for typ, want := range map[events.Type]scores.Cause{
		events.TypeJudgementRecorded: "judgements", events.TypeJudgementRevised: "corrections",
		events.TypeJudgementWithdrawn: "withdrawals", events.TypeCaseDescribed: "attributes",
		events.TypeFrameworkPublished: "criteria", events.TypeFrameworkRestored: "criteria",
	} {
		got, err := scores.CauseOf(typ)
		if got != want || err != nil || !slices.Contains(scores.Causes(), got) {
			t.Errorf("%s is %q, %v, want %q", typ, got, err, want)
		}
	}
	if c, err := scores.CauseOf(events.TypeInterviewRecorded); err == nil {
		t.Errorf("an interview is %q", c)
	}
}
