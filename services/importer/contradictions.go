package importer

import (
	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
)

// sheet is all that the directory says about one case.
type sheet struct {
	attributes map[string]*string
	answers    map[events.QuestionID]events.Answer
}

// Attribute implements framework.CaseFile.
func (s *sheet) Attribute(name string) (string, bool) {
	if v := s.attributes[name]; v != nil {
		return *v, true
	}
	return "", false
}

// Answer implements framework.CaseFile.
func (s *sheet) Answer(q events.QuestionID) (events.Answer, bool) {
	a, given := s.answers[q]
	return a, given
}

// Contradictions are the judgements that contradict a relevance rule, or are about
// a case that is not in cases.csv, given everything that the directory says. What
// is sent row by row is recorded where it came before the row that decides the
// rule; this looks at the whole.
func (d *Dataset) Contradictions() []Problem {
	sheets := map[events.CaseID]*sheet{}
	for _, p := range d.Cases {
		if c, ok := p.Entry.Body.(entry.Case); ok {
			sheets[c.Case] = &sheet{attributes: c.Attributes, answers: map[events.QuestionID]events.Answer{}}
		}
	}
	for _, p := range d.Rest {
		if j, ok := p.Entry.Body.(entry.Judgement); ok && sheets[j.Case] != nil {
			sheets[j.Case].answers[j.Question] = j.Answer
		}
	}
	var found []Problem
	for _, p := range d.Rest {
		if problem := d.contradiction(p, sheets); problem != nil {
			found = append(found, *problem)
		}
	}
	sortProblems(found)
	return found
}

func (d *Dataset) contradiction(p Planned, sheets map[events.CaseID]*sheet) *Problem {
	c, about := caseOf(p.Entry.Body)
	if !about {
		return nil
	}
	s := sheets[c]
	if s == nil {
		return p.row.problem("case_id", "unknown_case", "case %q is not in cases.csv", c)
	}
	j, ok := p.Entry.Body.(entry.Judgement)
	if !ok {
		return nil
	}
	q, ok := d.Framework.Question(j.Question)
	if !ok {
		return nil
	}
	relevant, decided := d.Framework.Decided(q, s)
	switch {
	case !decided:
		return nil
	case relevant && !q.Judged && j.Answer == events.NotApplicable:
		return p.row.problem("answer", "relevant", "question %s applies to this case (%s), so %s is no answer; give one of: %s",
			q.ID, q.Relevant, events.NotApplicable, list(q.Answers))
	case !relevant && j.Answer != events.NotApplicable:
		return p.row.problem("answer", "not_relevant", "question %s does not apply to this case (it applies where %s); answer %s",
			q.ID, q.Relevant, events.NotApplicable)
	}
	return nil
}

// caseOf is the case that an entry other than its description is about.
func caseOf(b entry.Body) (events.CaseID, bool) {
	switch b := b.(type) {
	case entry.Judgement:
		return b.Case, true
	case entry.Factor:
		return b.Case, true
	case entry.VictimContact:
		return b.Case, true
	default:
		return "", false
	}
}

// Strictly is everything that is wrong with the directory as a whole: bad rows and
// contradictions.
func (d *Dataset) Strictly() []Problem {
	all := append(append([]Problem{}, d.Problems...), d.Contradictions()...)
	sortProblems(all)
	return all
}
