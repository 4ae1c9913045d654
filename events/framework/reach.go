package framework

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aboveline/aboveline/events"
)

// Bounds on looking for a case that makes a rule true; doc.go says what happens
// beyond them.
const (
	maxCombinations = 1 << 16 // of one rule
	maxTrials       = 1 << 22 // of one file
	// maxAxes is the number of things looked at beyond which the combinations
	// need no counting.
	maxAxes = 40
	// programTrials is what evaluating a CEL program counts, in evaluations of
	// rules of the common forms.
	programTrials = 256
)

// unreachable refuses questions that could never be relevant, and rules that
// fail for values that they can meet.
func (r *reader) unreachable() {
	t := &trial{f: r.f, left: maxTrials, never: make([]bool, len(r.f.Questions))}
	for _, q := range r.f.index.order {
		v := r.rules[q.n]
		if q.rule.program != nil {
			if failure := t.failure(q); failure != "" {
				v.problem("%s", failure)
				continue
			}
		}
		if t.reachable(q) {
			continue
		}
		t.never[q.n] = true
		v.problem("the question could never be relevant: no case makes the rule true%s", t.because(q))
	}
}

// trial is a case file that takes on every combination of values in turn.
type trial struct {
	f     *Framework
	left  int
	never []bool

	attributes map[string]string
	answers    map[events.QuestionID]events.Answer
}

// Attribute implements [CaseFile].
func (t *trial) Attribute(name string) (string, bool) {
	v, ok := t.attributes[name]
	return v, ok
}

// Answer implements [CaseFile].
func (t *trial) Answer(q events.QuestionID) (events.Answer, bool) {
	a, ok := t.answers[q]
	return a, ok
}

func (t *trial) because(q *Question) string {
	var looks []string
	for _, name := range q.rule.attributes {
		looks = append(looks, "case."+name)
	}
	for _, other := range q.rule.answers {
		if t.never[other.n] {
			return fmt.Sprintf("; question %s, which it looks at, can never be relevant itself", other.ID)
		}
		looks = append(looks, fmt.Sprintf("answer[%q]", other.ID))
	}
	if len(looks) == 0 {
		return "; write true for a question that is always relevant"
	}
	return ", whatever the values of " + strings.Join(looks, " and ")
}

// reachable looks for a case that makes the rule true: among all combinations
// of what it looks at directly and through other rules, or, if they are too
// many, of what it looks at directly. It is true where both are too many.
func (t *trial) reachable(q *Question) bool {
	if len(q.rule.allAttributes)+len(q.rule.allAnswers) <= maxAxes {
		all := t.axes(q, q.rule.allAttributes, q.rule.allAnswers)
		if found, done := t.try(q, all, func() bool { return t.f.Relevant(q, t) }); done {
			return found
		}
	}
	if len(q.rule.attributes)+len(q.rule.answers) > maxAxes {
		return true
	}
	direct := t.axes(q, q.rule.attributes, q.rule.answers)
	known := t.taken(q)
	found, done := t.try(q, direct, func() bool {
		e := evaluation{c: t, known: known}
		return e.holds(q.rule)
	})
	return found || !done
}

// taken takes the rules of the answers that q looks at for true.
func (t *trial) taken(q *Question) []truth {
	known := make([]truth, len(t.f.Questions))
	for _, other := range q.rule.answers {
		known[other.n] = holds
	}
	return known
}

// failure looks for values for which a CEL program fails, and describes them.
func (t *trial) failure(q *Question) string {
	if len(q.rule.attributes)+len(q.rule.answers) > maxAxes {
		return ""
	}
	axes := t.axes(q, q.rule.attributes, q.rule.answers)
	known := t.taken(q)
	var failed error
	t.try(q, axes, func() bool {
		e := evaluation{c: t, known: known}
		e.holds(q.rule)
		failed = e.failed
		return failed != nil
	})
	if failed == nil {
		return ""
	}
	values := make([]string, len(axes))
	for i, a := range axes {
		values[i] = fmt.Sprintf("%s is %q", a.name(), a.values[a.at])
	}
	return fmt.Sprintf("the rule fails where %s: %s; make it true or false for every value, also for \"\"",
		strings.Join(values, " and "), failed)
}

// axis is one thing looked at, with the values to try.
type axis struct {
	look   look
	values []string
	at     int
}

func (a *axis) name() string {
	if a.look.question != nil {
		return fmt.Sprintf("answer[%q]", a.look.question.ID)
	}
	return "case." + a.look.attribute
}

// axes gives the values to try. Where all rules are of the common forms, values
// that none of them names are alike, and one stands for all.
func (t *trial) axes(q *Question, attributes []string, answers []*Question) []*axis {
	rules := []*rule{q.rule}
	for _, other := range answers {
		rules = append(rules, other.rule)
	}
	exact := slices.ContainsFunc(rules, func(r *rule) bool { return r.root == nil || r.root.compares() })
	var axes []*axis
	for _, name := range attributes {
		a, _ := t.f.Attribute(name)
		values := slices.Concat([]string{""}, a.Values)
		axes = append(axes, &axis{look: look{attribute: name}, values: representatives(values, rules, exact)})
	}
	for _, other := range answers {
		values := []string{""}
		if !t.never[other.n] {
			for _, a := range other.Answers {
				values = append(values, string(a))
			}
		}
		axes = append(axes, &axis{look: look{question: other}, values: representatives(values, rules, exact)})
	}
	return axes
}

func representatives(values []string, rules []*rule, exact bool) []string {
	if exact {
		return values
	}
	var kept []string
	other := false
	for i, v := range values {
		named := i == 0 || slices.ContainsFunc(rules, func(r *rule) bool { return r.literals[v] })
		if named || !other {
			kept = append(kept, v)
			other = other || !named
		}
	}
	return kept
}

// compares reports whether the node compares two things looked at.
func (n *node) compares() bool {
	return n.op == opSame || slices.ContainsFunc(n.kids, (*node).compares)
}

// try takes on the combinations until ok; done is false when they are too many.
func (t *trial) try(q *Question, axes []*axis, ok func() bool) (found, done bool) {
	cost := 1
	programs := q.rule.program != nil
	for _, a := range axes {
		programs = programs || a.look.question != nil && a.look.question.rule.program != nil
	}
	if programs {
		cost = programTrials
	}
	combinations := 1
	for _, a := range axes {
		if combinations *= len(a.values); combinations > maxCombinations {
			return false, false
		}
	}
	if combinations*cost > t.left {
		return false, false
	}
	t.attributes, t.answers = map[string]string{}, map[events.QuestionID]events.Answer{}
	for _, a := range axes {
		t.set(a)
	}
	for {
		t.left -= cost
		if ok() {
			return true, true
		}
		if !t.next(axes) {
			return false, true
		}
	}
}

// next moves on to the next combination, like an odometer.
func (t *trial) next(axes []*axis) bool {
	for _, a := range axes {
		a.at++
		if a.at < len(a.values) {
			t.set(a)
			return true
		}
		a.at = 0
		t.set(a)
	}
	return false
}

func (t *trial) set(a *axis) {
	if a.look.question != nil {
		t.answers[a.look.question.ID] = events.Answer(a.values[a.at])
		return
	}
	t.attributes[a.look.attribute] = a.values[a.at]
}
