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
	n := len(fw.Outcomes) + len(fw.Sections) + len(fw.Criteria) + len(fw.Questions)
	figures := make([]Figure, 0, n)
	for i := range fw.Outcomes {
		o := &fw.Outcomes[i]
		f := ofOutcome(fw, o.Number).figure(tallies)
		f.Name, f.Title, f.Criteria = Outcome(o.Number), o.Name, 0
		figures = append(figures, f)
	}
	for i := range fw.Sections {
		s := &fw.Sections[i]
		f := ofSection(fw, s).figure(tallies)
		f.Name, f.Title = Section(s.Number), s.Name
		figures = append(figures, f)
	}
	for i := range fw.Criteria {
		c := &fw.Criteria[i]
		f := ofCriterion(fw, c.ID).figure(tallies)
		f.Name, f.Title, f.Criteria = Criterion(c.ID), c.Name, 0
		figures = append(figures, f)
	}
	for i := range fw.Questions {
		q := &fw.Questions[i]
		t := tallies[q.ID]
		f := ofQuestion(q.ID).figure(tallies)
		f.Name, f.Title, f.Criteria, f.Scored, f.Tally = Question(q.ID), q.Text, 0, q.Scored, &t
		figures = append(figures, f)
	}
	return figures
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
