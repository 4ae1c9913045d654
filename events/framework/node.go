package framework

import "slices"

type op uint8

// The common forms of rules.
const (
	opTrue op = iota
	opFalse
	opIn   // the text is among values; == is the case of one value
	opSame // the text is the same as that of other
	opAnd  // all kids
	opOr   // one of kids
	opNot  // not kids[0]
)

// look is one thing that a rule looks at: an attribute, or the answer to
// question where that is set.
type look struct {
	attribute string
	question  *Question
}

// node is one step of a rule in one of the common forms.
type node struct {
	op     op
	look   look
	other  look
	values []string
	kids   []*node
}

func (e *evaluation) read(l look) string {
	if l.question != nil {
		return e.answer(l.question)
	}
	return e.attribute(l.attribute)
}

func (e *evaluation) eval(n *node) bool {
	switch n.op {
	case opTrue:
		return true
	case opIn:
		return slices.Contains(n.values, e.read(n.look))
	case opSame:
		return e.read(n.look) == e.read(n.other)
	case opAnd:
		for _, k := range n.kids {
			if !e.eval(k) {
				return false
			}
		}
		return true
	case opOr:
		return slices.ContainsFunc(n.kids, e.eval)
	case opNot:
		return !e.eval(n.kids[0])
	default: // opFalse
		return false
	}
}
