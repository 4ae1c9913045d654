package scores_test

import (
	"math/big"
	"slices"
	"strconv"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/scores"
)

// oracle is another implementation of the scores, written for plainness: it keeps
// what was entered and computes everything from it each time, from the spec and
// not from the parsed framework.
type oracle struct {
	spec  spec
	cases map[events.InspectionID]map[events.CaseID]*paper
}

// paper is one case on paper.
type paper struct{ attributes, answers map[string]string }

func newOracle() *oracle {
	return &oracle{cases: map[events.InspectionID]map[events.CaseID]*paper{}}
}

// see takes an event as entered.
func (o *oracle) see(one item) {
	i, c := one.r.Inspection, one.r.Case
	switch e := one.e.(type) {
	case events.InspectionOpened:
		o.cases[i] = map[events.CaseID]*paper{}
	case events.CaseDescribed:
		if o.cases[i][c] == nil {
			o.cases[i][c] = &paper{map[string]string{}, map[string]string{}}
		}
		for name, value := range e.Attributes {
			delete(o.cases[i][c].attributes, name)
			if value != nil {
				o.cases[i][c].attributes[name] = *value
			}
		}
	case events.JudgementRecorded:
		o.cases[i][c].answers[string(e.Question)] = string(e.Answer)
	case events.JudgementRevised:
		o.cases[i][c].answers[string(e.Question)] = string(e.Answer)
	case events.JudgementWithdrawn:
		delete(o.cases[i][c].answers, string(e.Question))
	}
}

func (o *oracle) question(id string) *questionSpec {
	for k := range o.spec.questions {
		if o.spec.questions[k].id == id {
			return &o.spec.questions[k]
		}
	}
	return nil
}

// reads is the answer on paper as q reads it: "" stands for none.
func (q *questionSpec) reads(p *paper) string {
	given := p.answers[q.id]
	if slices.Contains(q.answers, given) {
		return given
	}
	return q.earlier[given]
}

// relevant follows the rule of a question and of what it looks at, all the way.
func (o *oracle) relevant(q *questionSpec, p *paper) bool {
	attribute := func(name string) string { return p.attributes[name] }
	answer := func(id string) string {
		other := o.question(id)
		if other == nil || !o.relevant(other, p) {
			return ""
		}
		return other.reads(p)
	}
	return q.rule.holds(attribute, answer)
}

// tallies counts every question of one inspection.
func (o *oracle) tallies(i events.InspectionID, where func(*paper) bool) map[events.QuestionID]scores.Tally {
	all := map[events.QuestionID]scores.Tally{}
	for k := range o.spec.questions {
		q := &o.spec.questions[k]
		var t scores.Tally
		for _, p := range o.cases[i] {
			if !where(p) {
				continue
			}
			given, holds := q.reads(p), o.relevant(q, p)
			allowed := given != ""
			substantive := allowed && given != "not_applicable"
			counts := substantive && holds
			settled := !holds || counts || allowed && given == "not_applicable" && q.judged
			fits := p.answers[q.id] == "" || substantive && holds ||
				allowed && given == "not_applicable" && (!holds || q.judged)
			if counts {
				t.Relevant++
			}
			if counts && slices.Contains(q.line, given) {
				t.Above++
			}
			if !settled {
				t.Unanswered++
			}
			if !fits {
				t.Flagged++
			}
		}
		all[events.QuestionID(q.id)] = t
	}
	return all
}

func everyCase(*paper) bool { return true }

// figures makes the scores from tallies, each by its own loop.
func (o *oracle) figures(tallies map[events.QuestionID]scores.Tally) map[scores.FigureID]*big.Rat {
	all := map[scores.FigureID]*big.Rat{}
	average := func(keep func(q questionSpec) bool) *big.Rat {
		var values []*big.Rat
		for _, q := range o.spec.questions {
			if t := tallies[events.QuestionID(q.id)]; keep(q) && t.Relevant > 0 {
				values = append(values, big.NewRat(int64(t.Above), int64(t.Relevant)))
			}
		}
		if values == nil {
			return nil
		}
		return mean(values)
	}
	for n := 1; n <= 5; n++ {
		all[scores.FigureID("outcome/"+strconv.Itoa(n))] = average(func(q questionSpec) bool {
			return !q.unasked && slices.Contains(q.outcomes, n)
		})
	}
	for i, criteria := range grid {
		var values []*big.Rat
		for _, c := range criteria {
			v := average(func(q questionSpec) bool { return !q.unasked && q.criterion == c })
			if all[scores.FigureID("criterion/"+c)] = v; v != nil {
				values = append(values, v)
			}
		}
		section := scores.FigureID("section/" + strconv.Itoa(i+1))
		if all[section] = nil; values != nil {
			all[section] = mean(values)
		}
	}
	for _, one := range o.spec.questions {
		all[scores.FigureID("question/"+one.id)] = average(func(q questionSpec) bool { return q.id == one.id })
	}
	return all
}
