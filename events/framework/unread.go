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

// Unread gives the recorded answers that the framework leaves without a reading:
// on no scale of their question, and not among its earlier answers. Questions that
// the framework lacks are passed over, since what it withdraws it need not read.
// The problems are in the order of the file; nil where there are none.
func (f *Framework) Unread(given Given) Problems {
	found := findings{file: f.name}
	for i := range f.Questions {
		q := &f.Questions[i]
		for _, a := range slices.Sorted(maps.Keys(given[q.ID])) {
			if n := given[q.ID][a]; n > 0 && !q.Covers(a) {
				cases := fmt.Sprintf("%d cases have", n)
				if n == 1 {
					cases = "1 case has"
				}
				found.add(q.scaleAt, fmt.Sprintf("questions[%s].earlier_answers", q.ID),
					"%s the answer %q, which is not among the answers (%s); say under earlier_answers what it reads as, "+
						"or null to have it judged again", cases, a, joinAnswers(q.Answers))
			}
		}
	}
	if len(found.found) == 0 {
		return nil
	}
	return found.found
}

// Loses gives the answers that a question could have been given, and that are read
// under before but not under f: what is worth looking for in the record before f
// takes the place of before, which may be nil. Offered are the answers of every
// revision so far.
func (f *Framework) Loses(before *Framework, offered map[events.QuestionID][]events.Answer) []events.QuestionID {
	var lost []events.QuestionID
	for i := range f.Questions {
		q := &f.Questions[i]
		var was *Question
		if before != nil {
			was, _ = before.Question(q.ID)
		}
		if slices.ContainsFunc(offered[q.ID], func(a events.Answer) bool {
			return !q.Covers(a) && (was == nil || was.Covers(a))
		}) {
			lost = append(lost, q.ID)
		}
	}
	return lost
}
