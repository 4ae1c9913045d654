package framework

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"

	"github.com/aboveline/aboveline/events"
)

// inspector looks through a type-checked rule for what it looks at, and for
// what cannot work: unknown or computed keys, and comparisons with values that
// what is looked at cannot have.
type inspector struct {
	f     *Framework
	ast   *ast.AST
	rule  *rule
	found []complaint
}

func (i *inspector) complaint(e ast.Expr, message string) complaint {
	at := i.ast.SourceInfo().GetStartLocation(e.ID())
	column := max(at.Column(), 0)
	if e.Kind() == ast.SelectKind {
		column++ // the name after the dot
	}
	return complaint{max(at.Line(), 1), column, message}
}

func (i *inspector) problem(e ast.Expr, format string, args ...any) {
	i.found = append(i.found, i.complaint(e, fmt.Sprintf(format, args...)))
}

func (i *inspector) inspect(e ast.Expr) {
	if root, key, at, ok := access(e); ok && (root == "case" || root == "answer") {
		i.access(root, key, at)
		return
	}
	switch e.Kind() {
	case ast.LiteralKind:
		if text, ok := literalText(e); ok {
			i.rule.literals[text] = true
		}
	case ast.IdentKind:
		i.bare(e)
	case ast.SelectKind:
		i.selection(e)
	case ast.CallKind:
		i.call(e)
	case ast.ListKind:
		i.all(e.AsList().Elements())
	case ast.MapKind:
		for _, entry := range e.AsMap().Entries() {
			i.inspect(entry.AsMapEntry().Key())
			i.inspect(entry.AsMapEntry().Value())
		}
	case ast.StructKind:
		for _, field := range e.AsStruct().Fields() {
			i.inspect(field.AsStructField().Value())
		}
	case ast.ComprehensionKind:
		i.comprehension(e)
	}
}

func (i *inspector) all(es []ast.Expr) {
	for _, e := range es {
		i.inspect(e)
	}
}

func (i *inspector) bare(e ast.Expr) {
	switch e.AsIdent() {
	case "case":
		i.problem(e, "case stands alone; name the attribute, as in case.%s", i.firstAttribute())
	case "answer":
		i.problem(e, "answer stands alone; name the question, as in answer[%q]", i.firstQuestion())
	}
}

func (i *inspector) selection(e ast.Expr) {
	s := e.AsSelect()
	name := identOf(s.Operand())
	if s.IsTestOnly() && (name == "case" || name == "answer") {
		i.problem(e, "has() is not needed: what is not given reads as \"\"; write %s.%s != \"\"", name, s.FieldName())
		return
	}
	i.inspect(s.Operand())
}

func (i *inspector) call(e ast.Expr) {
	c := e.AsCall()
	args := c.Args()
	if c.FunctionName() == operators.Index && len(args) == 2 {
		if name := identOf(args[0]); name == "case" || name == "answer" {
			i.problem(args[1], "the key of %s[…] is computed; write it as a text in quotes, "+
				"so that what the rule looks at is known before any case is", name)
			return
		}
	}
	if c.IsMemberFunction() {
		i.inspect(c.Target())
	}
	i.all(args)
	switch c.FunctionName() {
	case operators.Equals, operators.NotEquals:
		i.compared(args[0], args[1])
		i.compared(args[1], args[0])
	case operators.In:
		if args[1].Kind() == ast.ListKind {
			for _, item := range args[1].AsList().Elements() {
				i.compared(args[0], item)
			}
		}
	}
}

func (i *inspector) comprehension(e ast.Expr) {
	c := e.AsComprehension()
	for _, name := range []string{c.IterVar(), c.IterVar2()} {
		if name == "case" || name == "answer" {
			i.problem(e, "the variable %s hides the name that rules look at; call it otherwise", name)
			return
		}
	}
	i.all([]ast.Expr{c.IterRange(), c.AccuInit(), c.LoopCondition(), c.LoopStep(), c.Result()})
}

// access notes what the rule looks at.
func (i *inspector) access(root, key string, at ast.Expr) {
	if root == "case" {
		if _, ok := i.f.Attribute(key); !ok {
			i.problem(at, "unknown attribute %q; %s", key, choices("attributes", key, i.attributes()))
		} else if !slices.Contains(i.rule.attributes, key) {
			i.rule.attributes = append(i.rule.attributes, key)
		}
		return
	}
	q, ok := i.f.Question(events.QuestionID(key))
	switch {
	case ok && !slices.Contains(i.rule.answers, q):
		i.rule.answers = append(i.rule.answers, q)
	case ok:
	case i.f.index.asked[events.QuestionID(key)] != nil:
		i.problem(at, "question %q is not asked of a case; rules look at questions of the case tool", key)
	default:
		i.problem(at, "unknown question %q; %s", key, choices("questions", key, i.questions()))
	}
}

// compared refuses a literal that what it is compared with cannot be.
func (i *inspector) compared(e, literal ast.Expr) {
	text, ok := literalText(literal)
	if !ok || text == "" {
		return
	}
	l, ok := i.f.lookOf(e)
	if !ok {
		return
	}
	if l.question != nil {
		if as := l.question.Answers; len(as) > 0 && !l.question.Allows(events.Answer(text)) {
			i.problem(literal, "question %s cannot have the answer %q; its answers are %s (and \"\" where not given)",
				l.question.ID, text, joinAnswers(as))
		}
		return
	}
	if a, ok := i.f.Attribute(l.attribute); ok && len(a.Values) > 0 && !a.Allows(text) {
		i.problem(literal, "attribute %s cannot be %q; its values are %s (and \"\" where not given)",
			a.Name, text, abbreviated(a.Values))
	}
}

// abbreviated lists values, long lists by their ends.
func abbreviated(values []string) string {
	if len(values) <= maxChoices {
		return strings.Join(values, ", ")
	}
	return strings.Join(values[:3], ", ") + ", … " + values[len(values)-1]
}

func (i *inspector) attributes() []string {
	names := make([]string, len(i.f.Attributes))
	for n := range i.f.Attributes {
		names[n] = i.f.Attributes[n].Name
	}
	return names
}

func (i *inspector) questions() []string {
	ids := make([]string, len(i.f.Questions))
	for n := range i.f.Questions {
		ids[n] = string(i.f.Questions[n].ID)
	}
	return ids
}

func (i *inspector) firstAttribute() string { return firstOr(i.attributes(), "report") }

func (i *inspector) firstQuestion() string { return firstOr(i.questions(), "1.1.01") }

func firstOr(names []string, otherwise string) string {
	if len(names) == 0 {
		return otherwise
	}
	return names[0]
}
