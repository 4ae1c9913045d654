package scores

import (
	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
)

// Figures makes every figure of one inspection, or of a subset of its cases
// (rule R8), from the tallies of its questions: outcomes, sections, criteria,
// then questions, each in the order of the framework. A question without a tally
// counts as one without answers; a tally of a question that fw does not have is
// passed over.
//
// The rules R1 to R7 (Appendix 5 of the 2013 report) live here and in what this
// is made of, and nowhere else: recipe says what enters a figure, average what
// comes out, [Percent] how it is printed.
func Figures(fw *framework.Framework, tallies map[events.QuestionID]Tally) []Figure {
	entries := contents(fw)
	figures := make([]Figure, len(entries))
	for i, e := range entries {
		f := e.recipe.figure(tallies)
		f.Name, f.Title = e.name, e.title
		if !e.criteria {
			f.Criteria = 0
		}
		if q := e.question; q != nil {
			t := tallies[q.ID]
			f.Scored, f.Tally = q.Scored, &t
		}
		figures[i] = f
	}
	return figures
}

// entry is one figure that a framework has.
type entry struct {
	name     FigureID
	title    string
	recipe   recipe
	criteria bool                // its groups are criteria
	question *framework.Question // of a question's own figure
}

// contents lists the figures of a framework in the order of [Figures].
func contents(fw *framework.Framework) []entry {
	entries := make([]entry, 0, len(fw.Outcomes)+len(fw.Sections)+len(fw.Criteria)+len(fw.Questions))
	for i := range fw.Outcomes {
		o := &fw.Outcomes[i]
		entries = append(entries, entry{name: Outcome(o.Number), title: o.Name, recipe: ofOutcome(fw, o.Number)})
	}
	for i := range fw.Sections {
		s := &fw.Sections[i]
		entries = append(entries, entry{name: Section(s.Number), title: s.Name, recipe: ofSection(fw, s), criteria: true})
	}
	for i := range fw.Criteria {
		c := &fw.Criteria[i]
		entries = append(entries, entry{name: Criterion(c.ID), title: c.Name, recipe: ofCriterion(fw, c.ID)})
	}
	for i := range fw.Questions {
		q := &fw.Questions[i]
		entries = append(entries, entry{name: Question(q.ID), title: q.Text, recipe: ofQuestion(q.ID), question: q})
	}
	return entries
}

// figure makes a figure without its names. Criteria is the number of groups that
// have a value.
func (r recipe) figure(tallies map[events.QuestionID]Tally) Figure {
	a := newAverage(r.groups)
	for _, t := range r.terms {
		a.add(t.group, tallies[t.question].Proportion())
	}
	questions, groups := a.terms()
	return Figure{Exact: a.value(), Questions: questions, Criteria: groups, Scored: true}
}
