package framework

import (
	"slices"
	"strings"

	"github.com/aboveline/aboveline/events"
)

// compileRules compiles the rules of all questions, orders them, and refuses
// circles and questions that could never be relevant.
func (r *reader) compileRules(found *findings) {
	f := r.f
	env, err := newEnvironment()
	if err != nil {
		found.add(place{1, 1}, "", "%s", err)
		return
	}
	f.index.environment = env
	compiled := map[string]*rule{}
	characters := 0
	for i := range f.Questions {
		q, v := &f.Questions[i], r.rules[i]
		// A rule that is missing or wrong is taken for true, so that the others
		// are still looked into.
		q.rule = &rule{root: &node{op: opTrue}}
		if !v.given() {
			continue
		}
		if same, ok := compiled[q.Relevant]; ok {
			shared := *same
			q.rule = &shared
			continue
		}
		if characters += len(q.Relevant); characters > maxRules {
			v.problem("with this the rules have more than %d characters", maxRules)
			return
		}
		rule, wrong := f.compile(q.Relevant)
		for _, c := range wrong {
			found.add(r.text.at(v, q.Relevant, c.line, c.column), v.path, "%s", c.message)
		}
		if rule != nil {
			q.rule = rule
			compiled[q.Relevant] = rule
		}
	}
	if !r.order() {
		return
	}
	sums := newSums(len(f.Questions))
	for _, q := range f.index.order {
		sums.add(q.rule)
	}
	f.dependents()
	if !r.uncertain {
		r.unreachable()
	}
}

// order sorts the questions so that each comes after those whose answers its
// rule looks at, in file order where that leaves a choice. It reports circles.
func (r *reader) order() bool {
	s := sorter{state: make([]truth, len(r.f.Questions))}
	for i := range r.f.Questions {
		s.visit(&r.f.Questions[i])
	}
	for _, circle := range s.circles {
		names := make([]string, len(circle))
		for i, q := range circle {
			names[i] = string(q.ID)
		}
		r.rules[circle[0].n].problem(
			"the rule goes in a circle: %s; one of these questions must not depend on the answer to another",
			strings.Join(names, " looks at "),
		)
	}
	r.f.index.order = s.sorted
	return len(s.circles) == 0
}

// sorter walks the questions depth first. unknown: not seen; fails: on the way
// to the one being visited; holds: done.
type sorter struct {
	state  []truth
	path   []*Question
	sorted []*Question
	// circles are the ways on which the walk came back to where it was: the
	// questions of each, the first one again at the end.
	circles [][]*Question
}

// visit places q after what it depends on.
func (s *sorter) visit(q *Question) {
	switch s.state[q.n] {
	case holds:
		return
	case fails:
		circle := append([]*Question{}, s.path[slices.Index(s.path, q):]...)
		s.circles = append(s.circles, append(circle, q))
		return
	}
	s.state[q.n] = fails
	s.path = append(s.path, q)
	for _, other := range q.rule.answers {
		s.visit(other)
	}
	s.path = s.path[:len(s.path)-1]
	s.state[q.n] = holds
	s.sorted = append(s.sorted, q)
}

// sums gathers what rules look at through the rules of the answers.
type sums struct {
	answers    []bool
	attributes map[string]bool
}

func newSums(questions int) *sums {
	return &sums{answers: make([]bool, questions), attributes: map[string]bool{}}
}

// add sums up one rule, after those of the answers that it looks at.
func (s *sums) add(r *rule) {
	clear(s.answers)
	clear(s.attributes)
	s.gather(r, r.attributes, r.answers)
	r.looks = len(r.attributes) + len(r.answers)
	if r.root != nil {
		r.looks = r.root.looks()
	}
	for _, q := range r.answers {
		s.gather(r, q.rule.allAttributes, q.rule.allAnswers)
		if r.root == nil {
			r.looks += q.rule.looks
		}
	}
	r.looks = min(r.looks, maxLooks+1)
}

func (s *sums) gather(r *rule, attributes []string, answers []*Question) {
	for _, name := range attributes {
		if !s.attributes[name] {
			s.attributes[name] = true
			r.allAttributes = append(r.allAttributes, name)
		}
	}
	for _, q := range answers {
		if !s.answers[q.n] {
			s.answers[q.n] = true
			r.allAnswers = append(r.allAnswers, q)
		}
	}
}

// looks counts the look-ups of the node, those of the answers' rules included.
func (n *node) looks() int {
	total := 0
	switch n.op {
	case opIn:
		total = n.look.looks()
	case opSame:
		total = n.look.looks() + n.other.looks()
	}
	for _, k := range n.kids {
		total += k.looks()
	}
	return min(total, maxLooks+1)
}

func (l look) looks() int {
	if l.question == nil {
		return 1
	}
	return 1 + l.question.rule.looks
}

// dependents turns what rules look at around.
func (f *Framework) dependents() {
	f.index.byAnswer = map[events.QuestionID][]*Question{}
	f.index.byAttribute = map[string][]*Question{}
	for _, q := range f.index.order {
		for _, name := range q.rule.allAttributes {
			f.index.byAttribute[name] = append(f.index.byAttribute[name], q)
		}
		for _, other := range q.rule.allAnswers {
			f.index.byAnswer[other.ID] = append(f.index.byAnswer[other.ID], q)
		}
	}
}

// DependentsOnAnswer gives the questions whose relevance the answer to q can
// change, also by way of other questions, each after those it depends on. The
// slice is shared: do not change it.
func (f *Framework) DependentsOnAnswer(q events.QuestionID) []*Question { return f.index.byAnswer[q] }

// DependentsOnAttribute gives the questions whose relevance the attribute can
// change, also by way of other questions, each after those it depends on. The
// slice is shared: do not change it.
func (f *Framework) DependentsOnAttribute(name string) []*Question { return f.index.byAttribute[name] }

// RuleOrder gives all questions, each after those whose answers its rule looks
// at. The slice is shared: do not change it.
func (f *Framework) RuleOrder() []*Question { return f.index.order }
