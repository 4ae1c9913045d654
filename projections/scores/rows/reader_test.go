package rows_test

import (
	"encoding/json"
	"errors"
	"math/big"
	"testing"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/projections/scores/rows"
)

// figures makes the figures of a snapshot by name.
func figures(s rows.Snapshot) map[scores.FigureID]scores.Figure {
	byName := map[scores.FigureID]scores.Figure{}
	for _, f := range scores.Figures(s.Framework, s.Tallies) {
		byName[f.Name] = f
	}
	return byName
}

func TestHampshireFiguresEqualExpected(t *testing.T) {
	t.Parallel()
	want := readExpectation(t)
	b := hampshireBook(t, "p", 1)
	r := rows.NewReader(as(t, built(t, b), "aboveline_reader"))
	s, err := r.Tallies(t.Context(), "p", hampshire, rows.Latest)
	if err != nil {
		t.Fatal(err)
	}
	if s.Position != events.Position(len(b.drafts)) || s.Revision != 1 {
		t.Errorf("snapshot of position %d, framework revision %d", s.Position, s.Revision)
	}
	got := figures(s)
	if n := 5 + 5 + 19 + 168; len(got) != n {
		t.Errorf("%d figures, want %d", len(got), n)
	}
	for _, w := range want.Outcomes {
		o := got[scores.Outcome(w.Outcome)]
		if o.Exact.String() != w.Exact || o.Questions != w.Questions {
			t.Errorf("%s = %s over %d questions, want %s over %d", o.Name, o.Exact, o.Questions, w.Exact, w.Questions)
		}
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
	t.Run("women against men", func(t *testing.T) { wantSubsets(t, r, want) })
	t.Run("explained", func(t *testing.T) { wantExplained(t, r, got) })
	t.Run("as of", func(t *testing.T) { wantAsOf(t, r, b) })
}

// The figures of a subset, under the rules of the whole (R8).
func wantSubsets(t *testing.T, r *rows.Reader, want expectation) {
	subset := func(expr string) map[scores.FigureID]scores.Figure {
		s, err := r.Tallies(t.Context(), "p", hampshire, rows.Latest)
		if err != nil {
			t.Fatal(err)
		}
		holds, err := s.Framework.Where(expr)
		if err != nil {
			t.Fatal(err)
		}
		fold, at, err := r.Fold(t.Context(), "p", hampshire)
		if err != nil || at != s.Position {
			t.Fatal(at, err)
		}
		s.Tallies, _ = fold.TalliesWhere(hampshire, holds)
		return figures(s)
	}
	women, men := subset(`case.gender == "female"`), subset(`case.gender == "male"`)
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

// The last change of every figure is the figure, and what is read for one figure
// explains it as the whole history does.
func wantExplained(t *testing.T, r *rows.Reader, want map[scores.FigureID]scores.Figure) {
	for id, f := range want {
		of, err := explain(t.Context(), r, "p", hampshire, id)
		if err != nil {
			t.Fatal(err)
		}
		var after *big.Rat
		if len(of) > 0 {
			after = of[len(of)-1].After
		}
		if !equal(after, f.Exact) {
			t.Errorf("%s is explained to %v after %d changes, and stands at %v", id, after, len(of), f.Exact)
		}
	}
	for _, id := range []scores.FigureID{"outcome/4", "section/1", "criterion/4.1", "question/4.1.07"} {
		of, err := explain(t.Context(), r, "p", hampshire, id)
		if err != nil {
			t.Fatal(err)
		}
		all, err := explainWhole(t.Context(), r, "p", hampshire, id)
		if err != nil {
			t.Fatal(err)
		}
		if len(of) != len(all) || len(of) == 0 {
			t.Errorf("%s has %d changes, by the whole history %d", id, len(of), len(all))
		}
	}
}

func wantAsOf(t *testing.T, r *rows.Reader, b *book) {
	for _, at := range []int{1, 2, 3, 50, 90, 1000, 7000, len(b.drafts) - 1} {
		s, err := r.Tallies(t.Context(), "p", hampshire, events.Position(at))
		if err != nil {
			t.Fatal(err)
		}
		if s.Position != events.Position(at) {
			t.Errorf("snapshot of position %d, want %d", s.Position, at)
		}
		wantProportions(t, b.fold(t, at), hampshire, s)
	}
	if s, err := r.Tallies(t.Context(), "p", hampshire, 1<<40); err != nil || s.Position != events.Position(len(b.drafts)) {
		t.Errorf("a position to come gives %d, %v", s.Position, err)
	}
}

func TestNotFound(t *testing.T) {
	t.Parallel()
	b := newBook("p")
	b.add(events.ProgrammeStream(), "", "", events.ProgrammeOpened{Name: "p"})
	b.open("north")
	r := rows.NewReader(as(t, built(t, b), "aboveline_reader"))
	for _, at := range []struct {
		p events.Programme
		i events.InspectionID
	}{{"p", "south"}, {"q", "north"}} {
		_, tallies := r.Tallies(t.Context(), at.p, at.i, rows.Latest)
		_, _, fold := r.Fold(t.Context(), at.p, at.i)
		_, trail := r.Trail(t.Context(), at.p, at.i, "outcome/1")
		_, span := r.Span(t.Context(), at.p, at.i, 0, 1)
		for _, err := range []error{tallies, fold, trail, span} {
			if !errors.Is(err, rows.ErrNotFound) {
				t.Errorf("%s of %s: error %v", at.i, at.p, err)
			}
		}
	}
	if s, err := r.Tallies(t.Context(), "p", "north", rows.Latest); err != nil || s.Framework != nil || len(s.Tallies) != 0 {
		t.Errorf("before the first framework: %+v, %v", s, err)
	}
	if f, at, err := r.Fold(t.Context(), "p", "north"); err != nil || at != 2 {
		t.Errorf("a fold before the first framework: %v at %d, %v", f, at, err)
	}
	if _, err := r.Trail(t.Context(), "p", "north", "outcome/1"); !scores.IsUnknownFigure(err) {
		t.Errorf("a figure before the first framework: error %v", err)
	}
}
