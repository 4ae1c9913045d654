package scores_test

import (
	"errors"
	"iter"
	"math/big"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/scores"
)

// Every change that an explanation names is what the figure did at that position,
// and nothing is left out: the changes add up to the figure.
func TestExplanationAddsUpToTheFigure(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, _ := drawProgramme(t, 40)
		f := scores.New()
		frameworks := map[int]*framework.Framework{}
		var history []scores.Movement
		// stood is every figure of every inspection after every position.
		stood := map[events.InspectionID]map[events.Position]map[scores.FigureID]*big.Rat{}
		for k := range s.items {
			applyAll(t, f, s.items[k:k+1])
			history = append(history, f.Take().History...)
			fw, revision := f.Framework()
			frameworks[revision] = fw
			for _, i := range []events.InspectionID{"north", "south"} {
				if tallies, ok := f.Tallies(i); ok {
					if stood[i] == nil {
						stood[i] = map[events.Position]map[scores.FigureID]*big.Rat{}
					}
					stood[i][s.items[k].r.Position] = exact(fw, tallies)
				}
			}
		}
		last := events.Position(len(s.items))
		for i := range stood {
			for figure := range everyFigure(frameworks) {
				explainAndCompare(t, frameworks, figure, of(history, i), stood[i], last)
			}
		}
	})
}

func explainAndCompare(
	t *rapid.T, frameworks map[int]*framework.Framework, figure scores.FigureID, history []scores.Movement,
	stood map[events.Position]map[scores.FigureID]*big.Rat, last events.Position,
) {
	t.Helper()
	var before *big.Rat
	sum, at := new(big.Rat), events.Position(0)
	check := func(until events.Position) {
		for p := at; p < until; p++ {
			if figures, open := stood[p]; open && !sameRat(figures[figure], before) {
				t.Fatalf("%s was %v at position %d, explained as %v", figure, figures[figure], p, before)
			}
		}
		at = until
	}
	for c, err := range scores.Explain(found(frameworks), figure, each(history)) {
		if err != nil {
			t.Fatal(err)
		}
		check(c.Position)
		if !sameRat(c.Before, before) {
			t.Fatalf("%s: change at %d starts from %v, the one before left %v", figure, c.Position, c.Before, before)
		}
		if c.After != nil {
			sum.Add(sum, c.After)
		}
		if c.Before != nil {
			sum.Sub(sum, c.Before)
		}
		before = c.After
	}
	check(last + 1)
	want := new(big.Rat)
	if v := stood[last][figure]; v != nil {
		want = v
	}
	if sum.Cmp(want) != 0 {
		t.Fatalf("%s: the changes add up to %v, the figure is %v", figure, sum, want)
	}
}

func found(frameworks map[int]*framework.Framework) func(int) (*framework.Framework, error) {
	return func(revision int) (*framework.Framework, error) { return frameworks[revision], nil }
}

func everyFigure(frameworks map[int]*framework.Framework) map[scores.FigureID]bool {
	all := map[scores.FigureID]bool{}
	for _, fw := range frameworks {
		if fw == nil {
			continue
		}
		for _, f := range scores.Figures(fw, nil) {
			all[f.Name] = true
		}
	}
	return all
}

func of(history []scores.Movement, i events.InspectionID) []scores.Movement {
	return slices.DeleteFunc(slices.Clone(history), func(m scores.Movement) bool { return m.Inspection != i })
}

// The published outcomes of the reference set, explained from its 14,280
// judgements. Movements of other questions may be left out.
func TestHampshireExplained(t *testing.T) {
	t.Parallel()
	f := hampshireScript(t).fold(t)
	history := f.Take().History
	fw, revision := f.Framework()
	frameworks := map[int]*framework.Framework{revision: fw}
	values := figures(t, f, hampshire)
	for _, figure := range []scores.FigureID{
		"outcome/1", "outcome/2", "outcome/3", "outcome/4", "outcome/5", "section/1", "section/4", "section/5",
		"criterion/4.1", "criterion/4.4", "question/4.1.07", "question/2.1.92",
	} {
		questions, err := figure.Questions(fw)
		if err != nil {
			t.Fatal(err)
		}
		fed := slices.DeleteFunc(slices.Clone(history), func(m scores.Movement) bool {
			return m.Question != "" && !slices.Contains(questions, m.Question)
		})
		whole, part := explained(t, frameworks, figure, history), explained(t, frameworks, figure, fed)
		if d := cmp.Diff(whole, part, rats); d != "" {
			t.Errorf("%s: the filtered history explains it otherwise:\n%s", figure, d)
		}
		var last *big.Rat
		if len(whole) > 0 {
			last = whole[len(whole)-1].After
		}
		if !sameRat(last, values[figure].Exact) {
			t.Errorf("%s is explained as %v and is %v", figure, last, values[figure].Exact)
		}
	}
}

func explained(
	t *testing.T, frameworks map[int]*framework.Framework, figure scores.FigureID, history []scores.Movement,
) []scores.Change {
	t.Helper()
	var changes []scores.Change
	for c, err := range scores.Explain(found(frameworks), figure, each(history)) {
		if err != nil {
			t.Fatal(err)
		}
		changes = append(changes, c)
	}
	return changes
}

func TestExplainRefusesHistoryWithHole(t *testing.T) {
	t.Parallel()
	f := hampshireScript(t).fold(t)
	fw, revision := f.Framework()
	history := of(f.Take().History, hampshire)
	torn := slices.Delete(slices.Clone(history), 100, 101)
	figure := scores.Question(history[100].Question)
	var last error
	for _, err := range scores.Explain(found(map[int]*framework.Framework{revision: fw}), figure, each(torn)) {
		last = err
	}
	if !scores.IsBadHistory(last) {
		t.Errorf("error %v, want one about the hole", last)
	}
}

func TestExplainPassesErrorsOn(t *testing.T) {
	t.Parallel()
	lost := errors.New("connection lost")
	fw, _ := hampshireScript(t).fold(t).Framework()
	one := scores.Movement{
		Position: 7, Inspection: hampshire, Case: "C001", Question: "4.1.07", After: scores.Proportion{Above: 1, Relevant: 1},
		Framework: 1,
	}
	for name, c := range map[string]struct {
		frameworks func(int) (*framework.Framework, error)
		history    iter.Seq2[scores.Movement, error]
	}{
		"of the history": {
			func(int) (*framework.Framework, error) { return fw, nil },
			func(yield func(scores.Movement, error) bool) { _ = yield(one, nil) && yield(scores.Movement{}, lost) },
		},
		"of the frameworks": {
			func(int) (*framework.Framework, error) { return nil, lost },
			each([]scores.Movement{one}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var last error
			for _, err := range scores.Explain(c.frameworks, "outcome/4", c.history) {
				last = err
			}
			if !errors.Is(last, lost) {
				t.Errorf("error %v, want %v", last, lost)
			}
		})
	}
}

// A caller who has seen enough stops the reading.
func TestExplainStopsWhenToldTo(t *testing.T) {
	t.Parallel()
	f := hampshireScript(t).fold(t)
	fw, revision := f.Framework()
	history := f.Take().History
	read := 0
	counted := func(yield func(scores.Movement, error) bool) {
		for _, m := range history {
			if read++; !yield(m, nil) {
				return
			}
		}
	}
	for _, err := range scores.Explain(found(map[int]*framework.Framework{revision: fw}), "outcome/1", counted) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	if read > 100 {
		t.Errorf("read %d movements for one change", read)
	}
}
