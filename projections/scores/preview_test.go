package scores_test

import (
	"cmp"
	"errors"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/scores"
)

// carried completes what earlier answers read as, so that no answer is lost.
func carried(t *rapid.T, s spec) spec {
	s.questions = slices.Clone(s.questions)
	for k := range s.questions {
		q := &s.questions[k]
		q.earlier = maps.Clone(q.earlier)
		for _, a := range someAnswers {
			if _, read := q.earlier[a]; !read && !slices.Contains(q.answers, a) {
				q.earlier[a] = rapid.SampledFrom(append([]string{""}, q.answers...)).Draw(t, a+" carried over as")
			}
		}
	}
	return s
}

// drawNext draws the framework that might follow: an edit, or another one.
func drawNext(t *rapid.T, now spec) spec {
	next := edited(t, now)
	if rapid.IntRange(0, 3).Draw(t, "other questions") == 0 {
		ids := rapid.Permutation(questionIDs(7)).Draw(t, "questions")
		next = drawSpec(t, ids[:rapid.IntRange(1, len(ids)).Draw(t, "how many")])
	}
	if rapid.IntRange(0, 5).Draw(t, "carry over") > 0 {
		next = carried(t, next)
	}
	return next
}

// A preview leaves the fold alone, says what publishing then does, no less and no
// more, and agrees with counting on paper; a framework that would lose answers is
// refused with all of them.
func TestPreviewIsWhatPublishingDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, specs := drawProgramme(t, 40)
		f, o := scores.New(), newOracle()
		applyAll(t, f, s.items)
		f.Take()
		for _, one := range s.items {
			o.see(one)
		}
		o.spec = specs[slices.Max(slices.Collect(positions(specs)))]
		next := drawNext(t, o.spec)
		fw, err := framework.Parse("next", []byte(next.yaml()))
		if err != nil {
			t.Fatal(err)
		}
		before := dump(f.State())
		p, err := f.Preview(fw, 1_000_000)
		if d := gocmp.Diff(before, dump(f.State())); d != "" {
			t.Fatalf("the preview changed the fold:\n%s", d)
		}
		if d := f.Take(); len(d.Tallies)+len(d.History)+len(d.Frameworks) > 0 {
			t.Fatalf("the preview touched rows: %+v", d)
		}
		if lost := o.lost(next); len(lost) > 0 {
			var problems framework.Problems
			if !errors.As(err, &problems) || len(problems) != len(lost) {
				t.Fatalf("error %v, want a problem for each of %v", err, lost)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		was := figuresOfAll(f, o)
		position := s.publish(next.yaml())
		applyAll(t, f, s.items[position-1:])
		comparePreview(t, was, figuresOfAll(f, o), p)
		on := &oracle{spec: next, cases: o.cases}
		if d := gocmp.Diff(o.moves(on), sortedMoves(p.Questions), cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("questions (-paper +preview):\n%s", d)
		}
		if d := gocmp.Diff(o.caseMoves(on), sortedCases(p.Cases), cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("cases (-paper +preview):\n%s", d)
		}
		if p.CasesMoved != len(p.Cases) {
			t.Fatalf("%d cases of %d", len(p.Cases), p.CasesMoved)
		}
	})
}

// figureOf names a figure of an inspection.
type figureOf struct {
	inspection events.InspectionID
	figure     scores.FigureID
}

func figuresOfAll(f *scores.Fold, o *oracle) map[figureOf]*big.Rat {
	fw, _ := f.Framework()
	all := map[figureOf]*big.Rat{}
	for i := range o.cases {
		tallies, _ := f.Tallies(i)
		for id, value := range exact(fw, tallies) {
			all[figureOf{i, id}] = value
		}
	}
	return all
}

func comparePreview(t *rapid.T, was, now map[figureOf]*big.Rat, p scores.Preview) {
	t.Helper()
	moves := map[figureOf]scores.FigureMove{}
	for _, m := range p.Figures {
		key := figureOf{m.Inspection, m.Figure}
		if _, twice := moves[key]; twice {
			t.Fatalf("%v comes twice", key)
		}
		if len(m.Questions) == 0 || len(slices.Compact(slices.Sorted(slices.Values(m.Questions)))) != len(m.Questions) {
			t.Fatalf("behind %v are %v", key, m.Questions)
		}
		moves[key] = m
	}
	all := maps.Clone(was)
	maps.Copy(all, now)
	for key := range all {
		m, moved := moves[key]
		delete(moves, key)
		switch {
		case moved != !sameRat(was[key], now[key]):
			t.Fatalf("%v goes from %v to %v, and the preview names it: %v", key, was[key], now[key], moved)
		case moved && (!sameRat(m.Before, was[key]) || !sameRat(m.After, now[key])):
			t.Fatalf("%v goes from %v to %v, by the preview from %v to %v", key, was[key], now[key], m.Before, m.After)
		}
	}
	if len(moves) > 0 {
		t.Fatalf("figures that no framework has: %v", moves)
	}
}

// lost lists the questions and answers that next would leave without a reading.
func (o *oracle) lost(next spec) map[[2]string]bool {
	on, lost := &oracle{spec: next}, map[[2]string]bool{}
	covers := func(q *questionSpec, a string) bool {
		_, earlier := q.earlier[a]
		return earlier || slices.Contains(q.answers, a)
	}
	for _, cases := range o.cases {
		for _, p := range cases {
			for id, a := range p.answers {
				q, old := on.question(id), o.question(id)
				if q != nil && !covers(q, a) && (old == nil || covers(old, a)) {
					lost[[2]string{id, a}] = true
				}
			}
		}
	}
	return lost
}

// moves compares the tallies under two frameworks.
func (o *oracle) moves(on *oracle) (all []scores.QuestionMove) {
	cases := map[string]int{}
	for _, m := range o.caseMoves(on) {
		cases[string(m.Inspection)+" "+string(m.Question)]++
	}
	for i := range o.cases {
		was, now := o.tallies(i, everyCase), on.tallies(i, everyCase)
		ids := maps.Clone(was)
		maps.Copy(ids, now)
		for q := range ids {
			if was[q] != now[q] {
				all = append(all, scores.QuestionMove{
					Inspection: i, Question: q, Before: was[q], After: now[q], Cases: cases[string(i)+" "+string(q)],
				})
			}
		}
	}
	return sortedMoves(all)
}

// caseMoves compares how each case stands, for the questions whose tally differs.
func (o *oracle) caseMoves(on *oracle) (all []scores.CaseMove) {
	for i, cases := range o.cases {
		was, now := o.tallies(i, everyCase), on.tallies(i, everyCase)
		for c, p := range cases {
			only := func(x *paper) bool { return x == p }
			for _, id := range questionIDs(9) {
				q := events.QuestionID(id)
				before, after := o.standing(q, i, only), on.standing(q, i, only)
				news := slices.Contains([]scores.Standing{scores.Above, scores.Below, scores.Flagged}, before) ||
					slices.Contains([]scores.Standing{scores.Above, scores.Below, scores.Flagged}, after)
				if was[q] != now[q] && before != after && news {
					all = append(all, scores.CaseMove{Inspection: i, Case: c, Question: q, Before: before, After: after})
				}
			}
		}
	}
	return sortedCases(all)
}

func (o *oracle) standing(q events.QuestionID, i events.InspectionID, only func(*paper) bool) scores.Standing {
	t, asked := o.tallies(i, only)[q]
	switch {
	case !asked:
		return scores.NotAsked
	case t.Above == 1:
		return scores.Above
	case t.Relevant == 1:
		return scores.Below
	case t.Flagged == 1:
		return scores.Flagged
	case t.Unanswered == 1:
		return scores.Unanswered
	}
	return scores.NotCounted
}

func sortedMoves(m []scores.QuestionMove) []scores.QuestionMove {
	return slices.SortedFunc(slices.Values(m), func(a, b scores.QuestionMove) int {
		return cmp.Or(cmp.Compare(a.Inspection, b.Inspection), cmp.Compare(a.Question, b.Question))
	})
}

func sortedCases(m []scores.CaseMove) []scores.CaseMove {
	return slices.SortedFunc(slices.Values(m), func(a, b scores.CaseMove) int {
		return cmp.Or(cmp.Compare(a.Inspection, b.Inspection), cmp.Compare(a.Question, b.Question),
			cmp.Compare(a.Case, b.Case))
	})
}

// Without the transfers, three cases, outcome 2 falls from 82.12% to 81.69% (worked
// example E7): the percent stays at 82, and the preview says so all the same.
func TestPreviewOfWithdrawingAQuestion(t *testing.T) {
	t.Parallel()
	f := hampshireScript(t).fold(t)
	without := hampshireWithout(t, "2.2.20").fold(t)
	fw, _ := without.Framework()
	p, err := f.Preview(fw, 2)
	if err != nil {
		t.Fatal(err)
	}
	moved := map[scores.FigureID]scores.FigureMove{}
	for _, m := range p.Figures {
		moved[m.Figure] = m
	}
	m := moved["outcome/2"]
	before, _ := scores.Percent(m.Before)
	after, _ := scores.Percent(m.After)
	decimals := new(big.Rat).Mul(m.After, big.NewRat(100, 1)).FloatString(2)
	if before != 82 || after != 82 || decimals != "81.69" || !slices.Equal(m.Questions, []events.QuestionID{"2.2.20"}) {
		t.Errorf("outcome 2 goes from %d to %d (%s) by %v", before, after, decimals, m.Questions)
	}
	if m := moved["question/2.2.20"]; m.Before == nil || m.After != nil || m.Before.Cmp(big.NewRat(1, 1)) != 0 {
		t.Errorf("the question goes from %v to %v", m.Before, m.After)
	}
	if len(moved) != 4 { // with the criterion and the section
		t.Errorf("%d figures move: %v", len(moved), slices.Sorted(maps.Keys(moved)))
	}
	if len(p.Questions) != 1 || p.Questions[0].Cases != 3 || len(p.Cases) != 2 || p.CasesMoved != 3 {
		t.Errorf("questions %+v, %d of %d cases", p.Questions, len(p.Cases), p.CasesMoved)
	}
}

// Bands are those of either framework; criteria that gain or lose their score have
// nothing on one side.
func TestPreviewNamesBands(t *testing.T) {
	t.Parallel()
	f := hampshireScript(t).fold(t)
	fw, _ := f.Framework()
	source := strings.Replace(string(fw.Source), "\noutcomes:\n",
		"\nbands:\n  - {name: good, from: 77}\n  - {name: fair, from: 0}\noutcomes:\n", 1)
	banded, err := framework.Parse("banded", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.Preview(banded, 0)
	if err != nil || len(p.Figures)+len(p.Questions)+len(p.Cases) > 0 {
		t.Fatalf("bands alone move %+v (%v)", p, err)
	}
	s := hampshireScript(t)
	s.publish(source)
	f = s.fold(t)
	if p, err = f.Preview(editedReference(t, f, edits["re-lined"][0], edits["re-lined"][1]), 0); err != nil {
		t.Fatal(err)
	}
	for _, m := range p.Figures {
		switch m.Figure {
		case "outcome/4":
			if m.BandBefore != "fair" || m.BandAfter != "good" {
				t.Errorf("outcome 4 goes from %q to %q (%v to %v)", m.BandBefore, m.BandAfter, m.Before, m.After)
			}
		case "question/4.1.07":
			if m.BandBefore != "" || m.BandAfter != "" {
				t.Errorf("a question is rated %q", m.BandAfter)
			}
		}
	}
}

func TestPreviewNeedsAFramework(t *testing.T) {
	t.Parallel()
	fw, _ := hampshireScript(t).fold(t).Framework()
	if _, err := scores.New().Preview(fw, 0); !errors.Is(err, scores.ErrNoFramework) {
		t.Errorf("error %v", err)
	}
}
