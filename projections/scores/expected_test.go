package scores_test

import (
	"encoding/json"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/scores"
)

func TestHampshireFiguresEqualExpected(t *testing.T) {
	t.Parallel()
	want := readExpectation(t)
	f := hampshireScript(t).fold(t)
	got := figures(t, f, hampshire)
	if n := 5 + 5 + 19 + 168; len(got) != n {
		t.Errorf("%d figures, want %d", len(got), n)
	}
	for _, w := range want.Outcomes {
		o := got[scores.Outcome(w.Outcome)]
		if o.Exact.String() != w.Exact || o.Questions != w.Questions {
			t.Errorf("%s = %s over %d questions, want %s over %d", o.Name, o.Exact, o.Questions, w.Exact, w.Questions)
		}
		wantPercent(t, o, &w.Rounded)
		wantPercent(t, o, &w.Published)
	}
	for _, w := range want.Sections {
		s := got[scores.Section(w.Section)]
		wantDecimals(t, s, w.Computed)
		wantPercent(t, s, w.Rounded)
		if s.Criteria != w.Criteria {
			t.Errorf("%s has %d criteria with a score, want %d", s.Name, s.Criteria, w.Criteria)
		}
	}
	for _, w := range want.Criteria {
		c := got[scores.Criterion(w.Criterion)]
		wantDecimals(t, c, w.Computed)
		wantPercent(t, c, w.Rounded)
		if c.Questions != w.Questions {
			t.Errorf("%s is made of %d questions, want %d", c.Name, c.Questions, w.Questions)
		}
	}
	for _, w := range want.Questions {
		q := got[scores.Question(w.Question)]
		if q.Tally == nil || *q.Tally != (scores.Tally{Above: w.Above, Relevant: w.Relevant}) || q.Scored != w.Scored {
			t.Errorf("%s stands at %+v, scored %t; want %d of %d, scored %t",
				q.Name, q.Tally, q.Scored, w.Above, w.Relevant, w.Scored)
		}
		wantPercent(t, q, w.Percent)
	}
}

// Women against men: the figures of a subset, under the rules of the whole (R8).
func TestHampshireSubsetsEqualExpected(t *testing.T) {
	t.Parallel()
	want := readExpectation(t)
	f := hampshireScript(t).fold(t)
	women, men := subset(t, f, "female"), subset(t, f, "male")
	for _, w := range want.Gender {
		for _, side := range []struct {
			figure    scores.Figure
			percent   int
			decimals  json.Number
			questions int
		}{
			{women[scores.Outcome(w.Outcome)], w.Female, w.FemaleExact, w.FemaleQuestions},
			{men[scores.Outcome(w.Outcome)], w.Male, w.MaleExact, w.MaleQuestions},
		} {
			wantPercent(t, side.figure, &side.percent)
			wantDecimals(t, side.figure, &side.decimals)
			if side.figure.Questions != side.questions {
				t.Errorf("%s over %d questions, want %d", side.figure.Name, side.figure.Questions, side.questions)
			}
		}
	}
}

func subset(t *testing.T, f *scores.Fold, gender string) map[scores.FigureID]scores.Figure {
	t.Helper()
	fw, _ := f.Framework()
	where, err := fw.Where("case.gender == " + strconv.Quote(gender))
	if err != nil {
		t.Fatal(err)
	}
	tallies, ok := f.TalliesWhere(hampshire, where)
	if !ok {
		t.Fatal("no tallies")
	}
	return figuresOf(f, tallies)
}

func TestSubsetOfAllCasesIsTheWhole(t *testing.T) {
	t.Parallel()
	f := hampshireScript(t).fold(t)
	whole, _ := f.Tallies(hampshire)
	all, _ := f.TalliesWhere(hampshire, func(framework.CaseFile) bool { return true })
	none, _ := f.TalliesWhere(hampshire, func(framework.CaseFile) bool { return false })
	for q, tally := range whole {
		if all[q] != tally || none[q] != (scores.Tally{}) {
			t.Errorf("question %s: whole %+v, all cases %+v, no case %+v", q, tally, all[q], none[q])
		}
	}
	if _, ok := f.TalliesWhere("elsewhere", nil); ok {
		t.Error("an inspection that was never opened has tallies")
	}
}

// A subset chosen by an answer does not see one that is no answer: "no" here
// stands on 1.1.02 of a case in which the question is not relevant.
func TestSubsetByAnswer(t *testing.T) {
	t.Parallel()
	s := newScript()
	s.publish(small().yaml())
	s.open("north")
	for c, answer := range map[events.CaseID]events.Answer{"C1": "yes", "C2": "no"} {
		s.describe("north", c)
		s.judge("north", c, "1.1.01", answer)
		s.judge("north", c, "1.1.02", "no")
	}
	s.describe("north", "C3")
	var seen []events.Answer
	tallies, _ := s.fold(t).TalliesWhere("north", func(c framework.CaseFile) bool {
		answer, given := c.Answer("1.1.02")
		if _, known := c.Answer("9.9.99"); known {
			t.Error("there is an answer to a question of no framework")
		}
		if given {
			seen = append(seen, answer)
		}
		return given
	})
	if !slices.Equal(seen, []events.Answer{"no"}) || tallies["1.1.01"] != (scores.Tally{Above: 1, Relevant: 1}) {
		t.Errorf("answers %v, tallies %v; want the one case C1", seen, tallies)
	}
}

func TestFigureQuestions(t *testing.T) {
	t.Parallel()
	fw, _ := hampshireScript(t).fold(t).Framework()
	for figure, want := range map[scores.FigureID]int{
		"outcome/4": 46, "outcome/5": 14, "section/1": 13 + 17 + 8 + 21 + 2, "section/4": 0,
		"criterion/5.5": 8, "criterion/1.4": 0, "question/4.1.07": 1, "question/2.1.92": 1,
	} {
		questions, err := figure.Questions(fw)
		if err != nil || len(questions) != want {
			t.Errorf("%s is fed by %d questions (%v), want %d", figure, len(questions), err, want)
		}
	}
	for _, figure := range []scores.FigureID{
		"", "outcome", "outcome/", "outcome/6", "outcome/01", "section/9", "criterion/1.2", "question/9.9.99", "score/1",
	} {
		if _, err := figure.Questions(fw); !scores.IsUnknownFigure(err) || !strings.Contains(err.Error(), "outcome/4") {
			t.Errorf("%q: error %v, want one that says what figures are called", figure, err)
		}
	}
}

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
