package demo

import (
	"errors"
	"slices"
	"strings"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/services/query"
)

// revision is a judgement and the answer that it is changed to.
type revision struct {
	entry entry.Entry // as it was imported
	was   entry.Judgement
	to    events.Answer
}

// choose finds the judgement whose revision to the other side of the line moves
// the published percentages most, and among those the first of the data set.
func (d *demonstration) choose() (revision, error) {
	fw := d.data.Framework
	tallies := map[events.QuestionID]scores.Tally{}
	for i := range fw.Questions {
		q := fw.Questions[i].ID
		f := figure(d.figures, scores.Question(q))
		if f.Above != nil && f.Relevant != nil {
			tallies[q] = scores.Tally{Above: *f.Above, Relevant: *f.Relevant}
		}
	}
	before := scores.Figures(fw, tallies)
	effect := map[change]int{}
	best, most := revision{}, 0
	for _, p := range d.data.Rest {
		j, ok := p.Entry.Body.(entry.Judgement)
		if !ok || j.Answer == events.NotApplicable {
			continue
		}
		q, ok := fw.Question(j.Question)
		// Others' relevance must not hang on it, and all its answers must count, so that
		// one judgement is all that moves.
		if !ok || !q.Scored || len(fw.DependentsOnAnswer(q.ID)) > 0 || flagged(figure(d.figures, scores.Question(q.ID))) {
			continue
		}
		c := change{q.ID, !q.Above(j.Answer)}
		if _, known := effect[c]; !known {
			effect[c] = moved(fw, before, tallies, c)
		}
		if to, ok := across(q, c.above); ok && effect[c] > most {
			best, most = revision{p.Entry, j, to}, effect[c]
		}
	}
	if most == 0 {
		return best, errors.New("demo: no single judgement of this data set moves a figure")
	}
	return best, nil
}

// change is one answer to a question crossing the line.
type change struct {
	question events.QuestionID
	above    bool
}

func flagged(f query.Figure) bool { return f.Flagged.N == nil || *f.Flagged.N > 0 }

// weights say how much it is to move the percentage of a figure of a kind.
var weights = map[string]int{"outcome": 1000, "section": 100, "criterion": 10, "question": 1}

// moved weighs the percentages that a change moves, with the scores' own code.
func moved(
	fw *framework.Framework, before []scores.Figure, tallies map[events.QuestionID]scores.Tally, c change,
) int {
	was := tallies[c.question]
	now := was
	if c.above {
		now.Above++
	} else {
		now.Above--
	}
	tallies[c.question] = now
	after := scores.Figures(fw, tallies)
	tallies[c.question] = was
	n := 0
	for i := range after {
		x, _ := before[i].Percent()
		if y, ok := after[i].Percent(); ok && x != y {
			kind, _, _ := strings.Cut(string(after[i].Name), "/")
			n += weights[kind]
		}
	}
	return n
}

// across is an answer on the wanted side of the line.
func across(q *framework.Question, above bool) (events.Answer, bool) {
	n := slices.IndexFunc(q.Answers, func(a events.Answer) bool {
		return a != events.NotApplicable && q.Above(a) == above
	})
	if n < 0 {
		return "", false
	}
	return q.Answers[n], true
}
