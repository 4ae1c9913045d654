package scores

import (
	"slices"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
)

// recipe is what a figure is made of: the questions that enter it, each in one of
// the groups of an average of averages.
//
// What the framework marks as information enters only its own figure (rule R10).
// A criterion that is scored from interviews has no case-tool questions, so it
// has no terms and no score (reading A3). Interview questions that a framework
// flags as scoring would become terms of their criterion, in ofCriterion and
// ofSection.
type recipe struct {
	terms  []term
	groups int
}

type term struct {
	question events.QuestionID
	group    int
}

// ofQuestion is one proportion by itself (rule R1).
func ofQuestion(q events.QuestionID) recipe {
	return recipe{terms: []term{{question: q}}, groups: 1}
}

// ofCriterion is the plain average over the criterion's own questions (reading
// A2).
func ofCriterion(fw *framework.Framework, id string) recipe {
	return gather(fw, 1, func(q *framework.Question) (int, bool) { return 0, q.Criterion == id })
}

// ofSection is the average of the section's criteria (rule R6). A shared
// question counts once, in its one criterion (reading A5).
func ofSection(fw *framework.Framework, s *framework.Section) recipe {
	return gather(fw, len(s.Criteria), func(q *framework.Question) (int, bool) {
		g := slices.Index(s.Criteria, q.Criterion)
		return g, g >= 0
	})
}

// ofOutcome is the plain average over all questions that the framework lists for
// the outcome (rule R4), shared ones among them (rule R5).
func ofOutcome(fw *framework.Framework, number int) recipe {
	return gather(fw, 1, func(q *framework.Question) (int, bool) { return 0, slices.Contains(q.Outcomes, number) })
}

// gather puts every scoring question into the group that place gives it.
func gather(fw *framework.Framework, groups int, place func(*framework.Question) (group int, ok bool)) recipe {
	r := recipe{groups: groups}
	for i := range fw.Questions {
		q := &fw.Questions[i]
		if !q.Scored {
			continue
		}
		if g, ok := place(q); ok {
			r.terms = append(r.terms, term{q.ID, g})
		}
	}
	return r
}
