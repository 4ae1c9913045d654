package framework

import (
	"errors"
	"fmt"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Bounds on the shape of a file. They keep the time and the stack that parsing
// takes small; the reference framework stays far below each.
const (
	maxNesting = 32
	maxColumn  = 64 // of a key or a dash, which bounds nesting by indentation
	maxTokens  = 500_000
	maxEntries = 2_500 // of one list or mapping
)

// document parses the text into the one YAML document that it must hold. It
// reports and returns nil when there is none.
func document(f *findings, text string) ast.Node {
	tokens := lexer.Tokenize(text)
	if !plain(f, tokens) {
		return nil
	}
	file, err := parse(tokens)
	if err != nil {
		at, message := syntaxProblem(err, text)
		f.add(at, "", "not YAML: %s", message)
		return nil
	}
	var bodies []ast.Node
	for _, d := range file.Docs {
		if d.Body != nil && d.Body.Type() != ast.CommentType && d.Body.Type() != ast.DirectiveType {
			bodies = append(bodies, d.Body)
		}
	}
	switch len(bodies) {
	case 0:
		f.add(place{1, 1}, "",
			"the file holds nothing but comments; a framework starts with meta, outcomes, sections, criteria and questions")
		return nil
	case 1:
		return bodies[0]
	default:
		f.add(placeOf(bodies[1]), "", "a second document; a framework is one document, without --- inside it")
		return nil
	}
}

// parse turns a panic of the parser, which reads files of strangers, into an
// error.
func parse(tokens token.Tokens) (file *ast.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("parsing YAML: %v", r)
		}
	}()
	return parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
}

func syntaxProblem(err error, text string) (at place, message string) {
	var syntax *yaml.SyntaxError
	if errors.As(err, &syntax) && syntax.Token != nil && syntax.Token.Position != nil {
		p := syntax.Token.Position
		return place{p.Line, p.Column}, syntax.Message
	}
	return place{lastLine(text), 1}, err.Error()
}

// plain refuses what a framework does not need and what makes parsing costly:
// anchors, aliases, merge keys, tags, deep nesting, huge mappings.
func plain(f *findings, tokens token.Tokens) bool {
	before := len(f.found)
	if len(tokens) > maxTokens {
		f.add(place{1, 1}, "", "the file has %d YAML tokens; a framework has at most %d", len(tokens), maxTokens)
		return false
	}
	shape := shape{f: f}
	for _, t := range tokens {
		at := place{t.Position.Line, t.Position.Column}
		switch t.Type {
		case token.AnchorType, token.AliasType:
			f.add(at, "", "anchors and aliases (& and *) are not allowed; write the value out, or put it in quotes")
		case token.MergeKeyType:
			f.add(at, "", "merge keys (<<) are not allowed; write the fields out")
		case token.TagType:
			f.add(at, "", "tags (!) are not allowed; put text in quotes")
		case token.MappingKeyType:
			f.add(at, "", "keys marked by ? are not allowed; write key: value")
		default:
			if !shape.bounded(t, at) {
				return false
			}
		}
	}
	return len(f.found) == before
}

// shape follows nesting and the size of mappings over the tokens of a file.
type shape struct {
	f    *findings
	flow int
	// keys and dashes count the entries of the open block mapping and the open
	// block list at each column, commas those of the open flow collections.
	keys   [maxColumn + 1]int
	dashes [maxColumn + 1]int
	commas [maxNesting + 1]int
}

func (s *shape) bounded(t *token.Token, at place) bool {
	switch t.Type {
	case token.SequenceStartType, token.MappingStartType:
		if s.flow++; s.flow > maxNesting {
			s.f.add(at, "", "lists and mappings nested more than %d deep", maxNesting)
			return false
		}
		s.commas[s.flow] = 0
	case token.SequenceEndType, token.MappingEndType:
		s.flow = max(s.flow-1, 0)
	case token.CollectEntryType:
		if s.commas[s.flow]++; s.flow > 0 && s.commas[s.flow] > maxEntries {
			s.f.add(at, "", "more than %d entries between brackets", maxEntries)
			return false
		}
	case token.SequenceEntryType, token.MappingValueType:
		if s.flow == 0 {
			return s.block(t, at)
		}
	}
	return true
}

// block counts a dash or the key before a colon outside of brackets.
func (s *shape) block(t *token.Token, at place) bool {
	column := at.column
	if t.Type == token.MappingValueType && t.Prev != nil {
		column = t.Prev.Position.Column
	}
	if column > maxColumn {
		s.f.add(at, "", "a key or a dash beyond column %d: nested too deep", maxColumn)
		return false
	}
	clear(s.keys[column+1:])
	clear(s.dashes[column+1:])
	count, what := &s.keys[column], "keys in one mapping"
	if t.Type == token.SequenceEntryType {
		count, what = &s.dashes[column], "items in one list"
	}
	if *count++; *count > maxEntries {
		s.f.add(at, "", "more than %d %s", maxEntries, what)
		return false
	}
	return true
}

func placeOf(n ast.Node) place {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		n = m.Values[0].Key
	}
	t := n.GetToken()
	if t == nil || t.Position == nil {
		return place{1, 1}
	}
	return place{t.Position.Line, t.Position.Column}
}
