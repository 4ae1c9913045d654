package framework

import (
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/aboveline/aboveline/events"
)

// lower turns an expression of the common forms into a tree that evaluates
// without allocating; nil for all others, which CEL evaluates. The two mean the
// same: the common forms cannot fail, so the order of && and || does not matter.
func (f *Framework) lower(e ast.Expr) *node {
	switch e.Kind() {
	case ast.LiteralKind:
		switch e.AsLiteral() {
		case types.True:
			return &node{op: opTrue}
		case types.False:
			return &node{op: opFalse}
		}
	case ast.CallKind:
		return f.lowerCall(e.AsCall())
	}
	return nil
}

func (f *Framework) lowerCall(c ast.CallExpr) *node {
	args := c.Args()
	switch c.FunctionName() {
	case operators.LogicalAnd:
		return f.lowerAll(opAnd, args)
	case operators.LogicalOr:
		return f.lowerAll(opOr, args)
	case operators.LogicalNot:
		return f.lowerAll(opNot, args)
	case operators.Equals:
		return f.lowerEquals(args[0], args[1])
	case operators.NotEquals:
		return negated(f.lowerEquals(args[0], args[1]))
	case operators.In:
		l, ok := f.lookOf(args[0])
		if !ok || args[1].Kind() != ast.ListKind {
			return nil
		}
		n := &node{op: opIn, look: l}
		for _, item := range args[1].AsList().Elements() {
			text, ok := literalText(item)
			if !ok {
				return nil
			}
			n.values = append(n.values, text)
		}
		return n
	}
	return nil
}

func (f *Framework) lowerAll(op op, args []ast.Expr) *node {
	n := &node{op: op}
	for _, a := range args {
		k := f.lower(a)
		if k == nil {
			return nil
		}
		n.kids = append(n.kids, k)
	}
	return n
}

func (f *Framework) lowerEquals(a, b ast.Expr) *node {
	left, isLook := f.lookOf(a)
	if !isLook {
		if left, isLook = f.lookOf(b); !isLook {
			return nil
		}
		b = a
	}
	if text, ok := literalText(b); ok {
		return &node{op: opIn, look: left, values: []string{text}}
	}
	if right, ok := f.lookOf(b); ok {
		return &node{op: opSame, look: left, other: right}
	}
	return nil
}

func negated(n *node) *node {
	if n == nil {
		return nil
	}
	return &node{op: opNot, kids: []*node{n}}
}

// lookOf recognises case.x, case["x"] and answer["q"], where x and q exist.
func (f *Framework) lookOf(e ast.Expr) (look, bool) {
	root, key, _, ok := access(e)
	if !ok {
		return look{}, false
	}
	switch root {
	case "case":
		a, ok := f.Attribute(key)
		if !ok {
			return look{}, false
		}
		return look{attribute: a.Name}, true
	case "answer":
		q, ok := f.Question(events.QuestionID(key))
		return look{question: q}, ok
	}
	return look{}, false
}

// access takes apart case.x, case["x"] and the like: the name on the left, the
// literal key and the expression that holds it.
func access(e ast.Expr) (root, key string, at ast.Expr, ok bool) {
	switch e.Kind() {
	case ast.SelectKind:
		s := e.AsSelect()
		if name := identOf(s.Operand()); name != "" && !s.IsTestOnly() {
			return name, s.FieldName(), e, true
		}
	case ast.CallKind:
		c := e.AsCall()
		if c.FunctionName() != operators.Index || len(c.Args()) != 2 {
			break
		}
		name := identOf(c.Args()[0])
		if text, literal := literalText(c.Args()[1]); literal && name != "" {
			return name, text, c.Args()[1], true
		}
	}
	return "", "", nil, false
}

func identOf(e ast.Expr) string {
	if e.Kind() == ast.IdentKind {
		return e.AsIdent()
	}
	return ""
}

func literalText(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	s, ok := e.AsLiteral().(types.String)
	return string(s), ok
}
