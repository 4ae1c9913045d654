package scores_test

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
)

var (
	someAttributes = []attributeSpec{
		{"report", []string{"full", "oral", "none"}}, {"tier", []string{"1", "2"}}, {"gender", []string{"female", "male"}},
	}
	someAnswers  = []string{"yes", "partly", "no", "not_applicable", "not_done"}
	someCriteria = slices.Concat(grid...)
)

// drawQuestion draws a question whose rule looks at none but the given ones.
func drawQuestion(t *rapid.T, id string, others []questionSpec) questionSpec {
	q := questionSpec{
		id:        id,
		criterion: rapid.SampledFrom(someCriteria).Draw(t, "criterion"),
		judged:    rapid.Bool().Draw(t, "judged"),
		unasked:   rapid.IntRange(0, 4).Draw(t, "information") == 0,
	}
	answers := rapid.Permutation(someAnswers).Draw(t, "answers")
	q.answers = answers[:rapid.IntRange(2, len(answers)).Draw(t, "how many answers")]
	for _, a := range q.answers {
		if a != "not_applicable" && (len(q.line) == 0 || rapid.Bool().Draw(t, "above "+a)) {
			q.line = append(q.line, a)
		}
	}
	q.earlier = drawEarlier(t, q.answers)
	q.outcomes = []int{int(q.criterion[0] - '0')}
	if extra := rapid.IntRange(1, 5).Draw(t, "shared with"); extra != q.outcomes[0] && q.criterion[0] == '5' {
		q.outcomes = append(q.outcomes, extra)
	}
	q.rule = drawRule(t, others, 2)
	return q
}

// drawEarlier draws readings for some of the answers that are not on the scale.
func drawEarlier(t *rapid.T, answers []string) map[string]string {
	earlier := map[string]string{}
	for _, a := range someAnswers {
		if !slices.Contains(answers, a) && rapid.Bool().Draw(t, "reads "+a) {
			earlier[a] = rapid.SampledFrom(append([]string{""}, answers...)).Draw(t, a+" reads as")
		}
	}
	return earlier
}

func drawRule(t *rapid.T, others []questionSpec, depth int) rule {
	kind := rapid.IntRange(0, 6).Draw(t, "rule")
	switch {
	case kind == 0:
		return always{}
	case kind == 1 && depth > 0:
		return both{drawRule(t, others, 0), drawRule(t, others, 0)}
	case kind == 2 && depth > 0:
		return either{drawRule(t, others, 0), drawRule(t, others, 0)}
	case kind <= 3 || len(others) == 0:
		a := rapid.SampledFrom(someAttributes).Draw(t, "attribute")
		n := rapid.IntRange(1, len(a.values)).Draw(t, "values")
		return attributeIn{a.name, a.values[:n]}
	}
	other := others[rapid.IntRange(0, len(others)-1).Draw(t, "looks at")]
	value := rapid.SampledFrom(append([]string{""}, other.answers...)).Draw(t, "value")
	if rapid.Bool().Draw(t, "negated") {
		return answerIsNot{other.id, value}
	}
	return answerIs{other.id, value}
}

// drawSpec draws a framework with the given questions. Where a rule can never
// hold, which a framework may not have, all rules give way to true.
func drawSpec(t *rapid.T, ids []string) spec {
	s := spec{attributes: someAttributes}
	for _, id := range ids {
		s.questions = append(s.questions, drawQuestion(t, id, s.questions))
	}
	return mended(t, s)
}

// edited draws a change of one question, keeping what looks at it possible.
func edited(t *rapid.T, s spec) spec {
	s.questions = slices.Clone(s.questions)
	k := rapid.IntRange(0, len(s.questions)-1).Draw(t, "edited")
	q, other := s.questions[k], drawQuestion(t, s.questions[k].id, s.questions[:k])
	switch rapid.IntRange(0, 5).Draw(t, "edit") {
	case 0:
		q.judged = !q.judged
	case 1:
		q.rule = other.rule
	case 2:
		q.answers, q.line, q.earlier = other.answers, other.line, other.earlier
	case 3:
		q.criterion, q.outcomes = other.criterion, other.outcomes
	case 4:
		q.unasked = !q.unasked
	default:
		q = other
	}
	s.questions[k] = q
	return mended(t, s)
}

func mended(t *rapid.T, s spec) spec {
	if !slices.ContainsFunc(s.questions, func(q questionSpec) bool { return !q.unasked }) {
		s.questions[0].unasked = false
	}
	if _, err := framework.Parse("drawn", []byte(s.yaml())); err == nil {
		return s
	}
	for k := range s.questions {
		s.questions[k].rule = always{}
	}
	if _, err := framework.Parse("drawn", []byte(s.yaml())); err != nil {
		t.Fatalf("the drawn framework does not parse: %v\n%s", err, s.yaml())
	}
	return s
}

func questionIDs(n int) []string {
	ids := make([]string, n)
	for k := range ids {
		ids[k] = fmt.Sprintf("q%d", k+1)
	}
	return ids
}

// drawEntry adds one random entry about an inspection: mostly judgements.
func drawEntry(t *rapid.T, s *script, i events.InspectionID, now spec, given map[string]bool) {
	c := events.CaseID(fmt.Sprintf("C%d", rapid.IntRange(1, 4).Draw(t, "case")))
	described := s.revisions[events.CaseStream(i, c)] > 0
	if !described || rapid.IntRange(0, 5).Draw(t, "attribute") == 0 {
		var attributes []string
		for _, a := range someAttributes {
			if value := rapid.SampledFrom(append([]string{"unchanged", ""}, a.values...)).Draw(t, a.name); value != "unchanged" {
				attributes = append(attributes, a.name, value)
			}
		}
		s.describe(i, c, attributes...)
		return
	}
	q := rapid.SampledFrom(now.questions).Draw(t, "question")
	key := fmt.Sprint(i, c, q.id)
	if given[key] && rapid.IntRange(0, 5).Draw(t, "withdraw") == 0 {
		given[key] = false
		s.judge(i, c, events.QuestionID(q.id), "")
		return
	}
	given[key] = true
	s.judge(i, c, events.QuestionID(q.id), events.Answer(rapid.SampledFrom(q.answers).Draw(t, "answer")))
}

// drawProgramme draws entries to two inspections under frameworks that come and
// go and come back, questions with them. specs gives the framework in force from each position.
func drawProgramme(t *rapid.T, steps int) (s *script, specs map[events.Position]spec) {
	s, specs = newScript(), map[events.Position]spec{}
	ids := questionIDs(6)
	s.add(events.ProgrammeStream(), "", "", events.ProgrammeOpened{Name: "p"})
	now := drawSpec(t, ids[:4])
	specs[s.publish(now.yaml())] = now
	published := []spec{now}
	inspections := []events.InspectionID{"north", "south"}
	given := map[string]bool{}
	for range steps {
		i := rapid.SampledFrom(inspections).Draw(t, "inspection")
		switch {
		case s.revisions[events.InspectionStream(i)] == 0:
			s.open(i)
		case rapid.IntRange(0, 24).Draw(t, "restore") == 0:
			revision := rapid.IntRange(1, len(published)).Draw(t, "revision")
			now = published[revision-1]
			specs[s.restore(revision)] = now
		case rapid.IntRange(0, 14).Draw(t, "publish") == 0:
			if rapid.Bool().Draw(t, "other questions") {
				some := rapid.Permutation(ids).Draw(t, "questions")
				now = drawSpec(t, some[:rapid.IntRange(1, len(some)).Draw(t, "how many")])
			} else {
				now = edited(t, now)
			}
			specs[s.publish(now.yaml())] = now
			published = append(published, now)
		default:
			drawEntry(t, s, i, now, given)
		}
	}
	return s, specs
}
