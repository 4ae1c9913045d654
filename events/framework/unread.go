package framework

import (
	"fmt"
	"maps"
	"slices"

	"github.com/aboveline/aboveline/events"
)

// Given counts recorded answers: in how many cases each question has each answer.
// Withdrawn answers do not count.
type Given map[events.QuestionID]map[events.Answer]int

// Add counts one more answer.
func (g Given) Add(q events.QuestionID, a events.Answer) {
	if g[q] == nil {
		g[q] = map[events.Answer]int{}
	}
	g[q][a]++
}

// Loses reports whether f leaves a recorded answer without a reading that before,
// the framework in force, gives it: on no scale of its question, and not among the
// earlier answers. Where before lacks the question, or is nil, any such answer is
// lost. A question that f itself lacks loses nothing: it is withdrawn.
func (f *Framework) Loses(before *Framework, id events.QuestionID, a events.Answer) bool {
	q, ok := f.Question(id)
	if !ok || q.Covers(a) {
		return false
	}
	if before == nil {
		return true
	}
	was, ok := before.Question(id)
	return !ok || was.Covers(a)
}

// Unread gives the recorded answers that f loses (see [Framework.Loses]) as the
// problems of its file, in the order of its questions; nil where there are none. A
// framework with such problems must not take the place of before.
func (f *Framework) Unread(before *Framework, given Given) Problems {
	found := findings{file: f.name}
	for i := range f.Questions {
		q := &f.Questions[i]
		for _, a := range slices.Sorted(maps.Keys(given[q.ID])) {
			n := given[q.ID][a]
			if n == 0 || !f.Loses(before, q.ID, a) {
				continue
			}
			cases := fmt.Sprintf("%d cases have", n)
			if n == 1 {
				cases = "1 case has"
			}
			found.add(q.scaleAt, fmt.Sprintf("questions[%s].earlier_answers", q.ID),
				"%s the answer %q, which is not among the answers (%s); say under earlier_answers what it reads as, "+
					"or null to have it judged again", cases, a, joinAnswers(q.Answers))
		}
	}
	if len(found.found) == 0 {
		return nil
	}
	return found.found
}
