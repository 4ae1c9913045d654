package scores_test

import (
	"math/big"
	"slices"
	"testing"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/scores"
)

// answers are those of the data set: by question, then case.
type answers map[events.QuestionID]map[events.CaseID]events.Answer

// ballot counts one answer: what it adds above the line and to the divisor.
type ballot func(q *framework.Question, a events.Answer) (above, relevant int)

func rightBallot(q *framework.Question, a events.Answer) (above, relevant int) {
	switch {
	case a == events.NotApplicable:
		return 0, 0
	case q.Above(a):
		return 1, 1
	default:
		return 0, 1
	}
}

// wrongRules are the mistakes that the data set can tell from the right rules:
// each makes the score of an outcome, in whole percent, from the answers.
var wrongRules = map[string]func(fw *framework.Framework, given answers, outcome int) int{
	"pooled_over_answers": func(fw *framework.Framework, given answers, outcome int) int {
		above, relevant := 0, 0
		for _, q := range scoring(fw, outcome) {
			a, r := count(q, given, rightBallot)
			above, relevant = above+a, relevant+r
		}
		return halvesUp(big.NewRat(int64(above), int64(relevant)))
	},
	"not_applicable_counted_below": func(fw *framework.Framework, given answers, outcome int) int {
		return halvesUp(mean(proportions(scoring(fw, outcome), given,
			func(q *framework.Question, a events.Answer) (int, int) {
				above, _ := rightBallot(q, a)
				return above, 1
			})))
	},
	"not_applicable_counted_above": func(fw *framework.Framework, given answers, outcome int) int {
		return halvesUp(mean(proportions(scoring(fw, outcome), given,
			func(q *framework.Question, a events.Answer) (int, int) {
				if a == events.NotApplicable {
					return 1, 1
				}
				return rightBallot(q, a)
			})))
	},
	"mean_of_criterion_means": func(fw *framework.Framework, given answers, outcome int) int {
		byCriterion := map[string][]*framework.Question{}
		for _, q := range scoring(fw, outcome) {
			byCriterion[q.Criterion] = append(byCriterion[q.Criterion], q)
		}
		var means []*big.Rat
		for _, questions := range byCriterion {
			means = append(means, mean(proportions(questions, given, rightBallot)))
		}
		return halvesUp(mean(means))
	},
	"mean_of_case_scores": func(fw *framework.Framework, given answers, outcome int) int {
		above, relevant := map[events.CaseID]int64{}, map[events.CaseID]int64{}
		for _, q := range scoring(fw, outcome) {
			for c, answer := range given[q.ID] {
				a, r := rightBallot(q, answer)
				above[c], relevant[c] = above[c]+int64(a), relevant[c]+int64(r)
			}
		}
		var cases []*big.Rat
		for c, r := range relevant {
			if r > 0 {
				cases = append(cases, big.NewRat(above[c], r))
			}
		}
		return halvesUp(mean(cases))
	},
	"truncated_not_rounded": func(fw *framework.Framework, given answers, outcome int) int {
		percent := new(big.Rat).Mul(mean(proportions(scoring(fw, outcome), given, rightBallot)), big.NewRat(100, 1))
		return int(new(big.Int).Quo(percent.Num(), percent.Denom()).Int64())
	},
	"question_percents_rounded_first": func(fw *framework.Framework, given answers, outcome int) int {
		var rounded []*big.Rat
		for _, p := range proportions(scoring(fw, outcome), given, rightBallot) {
			rounded = append(rounded, big.NewRat(int64(halvesUp(p)), 100))
		}
		return halvesUp(mean(rounded))
	},
	"not_done_left_out": func(fw *framework.Framework, given answers, outcome int) int {
		return halvesUp(mean(proportions(scoring(fw, outcome), given,
			func(q *framework.Question, a events.Answer) (int, int) {
				if a == "not_done" {
					return 0, 0
				}
				return rightBallot(q, a)
			})))
	},
	"partly_and_some_counted_below": func(fw *framework.Framework, given answers, outcome int) int {
		return halvesUp(mean(proportions(scoring(fw, outcome), given,
			func(q *framework.Question, a events.Answer) (int, int) {
				if a == "partly" || a == "some" {
					return 0, 1
				}
				return rightBallot(q, a)
			})))
	},
	"own_questions_only": func(fw *framework.Framework, given answers, outcome int) int {
		own := slices.DeleteFunc(scoring(fw, outcome), func(q *framework.Question) bool {
			c, _ := fw.Criterion(q.Criterion)
			return c.Outcome != outcome
		})
		return halvesUp(mean(proportions(own, given, rightBallot)))
	},
}

// Each mistake gives the other numbers that expected.json lists, so the tests of
// the right numbers would notice it.
func TestWrongRulesGiveOtherNumbers(t *testing.T) {
	t.Parallel()
	want := readExpectation(t)
	s := hampshireScript(t)
	fw, _ := s.fold(t).Framework()
	given := answers{}
	for _, one := range s.items {
		if j, ok := one.e.(events.JudgementRecorded); ok {
			if given[j.Question] == nil {
				given[j.Question] = map[events.CaseID]events.Answer{}
			}
			given[j.Question][one.r.Case] = j.Answer
		}
	}
	if len(want.WrongRules) != 10 || len(wrongRules) != len(want.WrongRules) {
		t.Fatalf("%d wrong rules listed, %d known here; want 10 of each", len(want.WrongRules), len(wrongRules))
	}
	for name, listed := range want.WrongRules {
		rule, ok := wrongRules[name]
		if !ok {
			t.Errorf("nothing here makes the mistake %s", name)
			continue
		}
		var told []int
		for _, o := range want.Outcomes {
			got := rule(fw, given, o.Outcome)
			if got != listed.Values[o.Outcome] {
				t.Errorf("%s: outcome %d prints %d, want %d", name, o.Outcome, got, listed.Values[o.Outcome])
			}
			if got != o.Published {
				told = append(told, o.Outcome)
			}
		}
		if !slices.Equal(told, listed.ToldApart) {
			t.Errorf("%s is told apart by outcomes %v, want %v", name, told, listed.ToldApart)
		}
	}
}

func scoring(fw *framework.Framework, outcome int) []*framework.Question {
	var questions []*framework.Question
	for i := range fw.Questions {
		if q := &fw.Questions[i]; q.Scored && slices.Contains(q.Outcomes, outcome) {
			questions = append(questions, q)
		}
	}
	return questions
}

func count(q *framework.Question, given answers, b ballot) (above, relevant int) {
	for _, answer := range given[q.ID] {
		a, r := b(q, answer)
		above, relevant = above+a, relevant+r
	}
	return above, relevant
}

func proportions(questions []*framework.Question, given answers, b ballot) []*big.Rat {
	var all []*big.Rat
	for _, q := range questions {
		if above, relevant := count(q, given, b); relevant > 0 {
			all = append(all, big.NewRat(int64(above), int64(relevant)))
		}
	}
	return all
}

func mean(values []*big.Rat) *big.Rat {
	sum := new(big.Rat)
	for _, v := range values {
		sum.Add(sum, v)
	}
	return sum.Quo(sum, big.NewRat(int64(len(values)), 1))
}

func halvesUp(v *big.Rat) int {
	percent, _ := scores.Percent(v)
	return percent
}
