package framework

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// value is a node of the file with its path, such as "questions[12].answers[0]".
// The zero value is a field that is not there.
type value struct {
	f    *findings
	node ast.Node
	path string
	at   place
}

func (v value) given() bool { return v.node != nil }

func (v value) problem(format string, args ...any) { v.f.add(v.at, v.path, format, args...) }

// kind names what a node is, for messages.
func (v value) kind() string {
	switch v.node.(type) {
	case *ast.NullNode:
		return "empty"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.StringNode, *ast.LiteralNode:
		return "text"
	case *ast.BoolNode:
		return "true or false"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "a number"
	}
	return "something else"
}

// text reads a text. Numbers and booleans are reported, for 1.10 and 1.1 are the
// same number but not the same id; what is written is given all the same, so
// that one missing pair of quotes is one problem.
func (v value) text() (string, bool) {
	switch n := v.node.(type) {
	case *ast.StringNode:
		return v.printable(n.Value)
	case *ast.LiteralNode:
		return v.printable(n.Value.Value)
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		written := strings.TrimSpace(n.GetToken().Value)
		v.problem("must be text; write it in quotes: %q", written)
		return written, true
	default:
		v.problem("must be text; it is %s", v.kind())
	}
	return "", false
}

func (v value) printable(s string) (string, bool) {
	control := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
	if strings.ContainsFunc(s, control) {
		v.problem("holds a control character")
		return "", false
	}
	return s, true
}

// checked reads a text that must satisfy a check such as [idProblem].
func (v value) checked(check func(string) string) (string, bool) {
	s, ok := v.text()
	if !ok {
		return "", false
	}
	if s == "" {
		v.problem("empty")
		return "", false
	}
	if message := check(s); message != "" {
		v.problem("%s", message)
		return "", false
	}
	return s, true
}

// integer reads a whole number between low and high.
func (v value) integer(low, high int) (int, bool) {
	if n, ok := v.node.(*ast.IntegerNode); ok {
		if i, err := strconv.Atoi(strings.TrimSpace(n.GetToken().Value)); err == nil && i >= low && i <= high {
			return i, true
		}
	}
	v.problem("must be a whole number from %d to %d", low, high)
	return 0, false
}

// number checks that the node is a number; the documentation of a framework may
// hold some that no figure is computed from.
func (v value) number() {
	switch v.node.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
	default:
		v.problem("must be a number; it is %s", v.kind())
	}
}

func (v value) boolean() bool {
	n, ok := v.node.(*ast.BoolNode)
	if !ok {
		v.problem("must be true or false, without quotes")
		return false
	}
	return n.Value
}

// list gives the items of a list.
func (v value) list() []value {
	n, ok := v.node.(*ast.SequenceNode)
	if !ok {
		v.problem("must be a list; it is %s", v.kind())
		return nil
	}
	items := make([]value, len(n.Values))
	for i, item := range n.Values {
		items[i] = value{f: v.f, node: item, path: v.path + "[" + strconv.Itoa(i) + "]", at: placeOf(item)}
		if implicitNull(item) && i < len(n.Entries) && n.Entries[i] != nil {
			items[i].at = placeOf(n.Entries[i])
		}
	}
	return items
}

// texts reads a list of texts that each satisfy check, without repeats. The
// values keep their places.
func (v value) texts(check func(string) string) ([]string, []value) {
	if !v.given() {
		return nil, nil
	}
	var texts []string
	var places []value
	seen := map[string]bool{}
	for _, item := range v.list() {
		s, ok := item.checked(check)
		switch {
		case !ok:
		case seen[s]:
			item.problem("%q is listed twice", s)
		default:
			seen[s] = true
			texts, places = append(texts, s), append(places, item)
		}
	}
	return texts, places
}

func implicitNull(n ast.Node) bool {
	t := n.GetToken()
	return t != nil && t.Type == token.ImplicitNullType
}

// object is a mapping of the file: its fields, in their order.
type object struct {
	value
	names  []string
	fields map[string]value
}

// object reads a mapping whose fields are among known. Others are refused and
// left out, and so are repeats.
func (v value) object(known ...string) (object, bool) {
	return v.objectOf(func(name string) string {
		if slices.Contains(known, name) {
			return ""
		}
		return fmt.Sprintf("unknown field %q; %s", name, choices("fields here", name, known))
	})
}

// objectOf reads a mapping whose field names satisfy check.
func (v value) objectOf(check func(name string) string) (object, bool) {
	o := object{value: v, fields: map[string]value{}}
	var entries []*ast.MappingValueNode
	switch n := v.node.(type) {
	case *ast.MappingNode:
		entries = n.Values
	case *ast.MappingValueNode:
		entries = []*ast.MappingValueNode{n}
	default:
		v.problem("must be a mapping of fields; it is %s", v.kind())
		return o, false
	}
	for _, e := range entries {
		key := e.Key.GetToken()
		name, at := key.Value, place{key.Position.Line, key.Position.Column}
		path := name
		if v.path != "" {
			path = v.path + "." + name
		}
		if first, ok := o.fields[name]; ok {
			v.f.add(at, path, "given twice; the first is on line %d", first.at.line)
			continue
		}
		if message := check(name); message != "" {
			v.f.add(at, v.path, "%s", message)
			continue
		}
		field := value{f: v.f, node: e.Value, path: path, at: placeOf(e.Value)}
		if implicitNull(e.Value) {
			field.at = at
		}
		o.names = append(o.names, name)
		o.fields[name] = field
	}
	return o, true
}

// field gives a field that may be missing.
func (o object) field(name string) value { return o.fields[name] }

// need gives a field that must be there, and reports where it is not.
func (o object) need(name string) (value, bool) {
	v, ok := o.fields[name]
	if !ok {
		o.problem("%s is missing", name)
	}
	return v, ok
}

func (o object) needText(name string) string {
	v, ok := o.need(name)
	if !ok {
		return ""
	}
	s, ok := v.text()
	if ok && strings.TrimSpace(s) == "" {
		v.problem("empty")
	}
	return s
}

func (o object) optionalText(name string) string {
	v := o.field(name)
	if !v.given() {
		return ""
	}
	s, _ := v.text()
	return s
}

func (o object) needID(name string, check func(string) string) (string, value, bool) {
	v, ok := o.need(name)
	if !ok {
		return "", v, false
	}
	s, ok := v.checked(check)
	return s, v, ok
}

// documentation checks the fields that only document: they must be text, or
// lists of texts where the name is a plural.
func (o object) documentation(names ...string) {
	for _, name := range names {
		v := o.field(name)
		if !v.given() {
			continue
		}
		if name != "facts" {
			v.text()
			continue
		}
		for _, fact := range v.list() {
			fact.text()
		}
	}
}
