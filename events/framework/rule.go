package framework

import (
	"cel.dev/cel-go/cel"

	"github.com/aboveline/aboveline/events"
)

// CaseFile is what a rule may look at: what is known of one case. Both methods
// give "" and false for what is not known. They are called from the goroutine
// that asks, and must not change between the calls of one question. Answers are
// those recorded: the framework reads them, see [Question.Reads].
type CaseFile interface {
	Attribute(name string) (value string, given bool)
	Answer(q events.QuestionID) (a events.Answer, given bool)
}

// rule is a compiled expression. Either root is set, for the common forms, or
// program, for everything else that CEL can say.
type rule struct {
	root    *node
	program cel.Program

	// What the rule itself looks at, in order of first mention.
	attributes []string
	answers    []*Question
	// literals are the texts in the rule; reach.go keeps them apart from the
	// values that the rule cannot tell from each other.
	literals map[string]bool

	// What the rule looks at through the rules of the answers as well.
	allAttributes []string
	allAnswers    []*Question
	// looks counts how often evaluation could look something up; where rules
	// lean on each other many times over it grows fast, and results are kept.
	looks int
}

// maxLooks is the number of look-ups past which one evaluation keeps the
// results of the rules it comes by, at the price of one allocation.
const maxLooks = 256

// Always reports whether the rule is true whatever the case.
func (q *Question) Always() bool { return q.rule.root != nil && q.rule.root.op == opTrue }

// LooksAt gives the attributes and questions that the rule itself names, in
// order of mention. The slices are shared: do not change them.
func (q *Question) LooksAt() (attributes []string, answers []*Question) {
	return q.rule.attributes, q.rule.answers
}

// Relevant reports whether the question's rule holds for the case. Attributes
// and answers that are not given read as "", and so do answers to questions that
// are not themselves relevant, and answers of an earlier scale read as the question
// says.
func (f *Framework) Relevant(q *Question, c CaseFile) bool {
	if q.rule.root != nil && q.rule.root.op == opTrue {
		return true
	}
	e := evaluation{c: c}
	if q.rule.looks > maxLooks {
		e.known = make([]truth, len(f.Questions))
	}
	return e.holds(q.rule)
}

// Decided reports whether the rule holds and whether that is settled: whether
// every attribute and every answer that the rule looks at, also through the rules
// of those answers, is given.
func (f *Framework) Decided(q *Question, c CaseFile) (relevant, decided bool) {
	relevant = f.Relevant(q, c)
	for _, name := range q.rule.allAttributes {
		if _, given := c.Attribute(name); !given {
			return relevant, false
		}
	}
	for _, other := range q.rule.allAnswers {
		if a, given := c.Answer(other.ID); !given || other.Reads(a) == "" {
			return relevant, false
		}
	}
	return relevant, true
}

// truth is what is known of one rule during one evaluation.
type truth uint8

const (
	unknown truth = iota
	holds
	fails
)

// evaluation is one question asked of one case.
type evaluation struct {
	c CaseFile
	// known keeps results by [Question.Index]; nil where that does not pay.
	known []truth
	// failed is set when a CEL program failed.
	failed error
}

func (e *evaluation) relevant(q *Question) bool {
	if e.known == nil {
		return e.holds(q.rule)
	}
	if e.known[q.n] == unknown {
		e.known[q.n] = fails
		if e.holds(q.rule) {
			e.known[q.n] = holds
		}
	}
	return e.known[q.n] == holds
}

func (e *evaluation) holds(r *rule) bool {
	if r.root != nil {
		return e.eval(r.root)
	}
	return e.run(r)
}

func (e *evaluation) attribute(name string) string {
	v, given := e.c.Attribute(name)
	if !given {
		return ""
	}
	return v
}

func (e *evaluation) answer(q *Question) string {
	a, given := e.c.Answer(q.ID)
	if !given || a == "" {
		return ""
	}
	if a = q.Reads(a); a == "" || !e.relevant(q) {
		return ""
	}
	return string(a)
}

// run evaluates a rule that is not of the common forms. A rule that fails is
// false; doc.go says why that is rare.
func (e *evaluation) run(r *rule) bool {
	attributes := make(map[string]string, len(r.attributes))
	for _, name := range r.attributes {
		attributes[name] = e.attribute(name)
	}
	answers := make(map[string]string, len(r.answers))
	for _, q := range r.answers {
		answers[string(q.ID)] = e.answer(q)
	}
	out, _, err := r.program.Eval(map[string]any{"case": attributes, "answer": answers})
	if err != nil {
		e.failed = err
		return false
	}
	b, ok := out.Value().(bool)
	return ok && b
}
