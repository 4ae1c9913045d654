package framework

import (
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"
)

// lines is the text of a file, by line, in characters.
type lines [][]rune

func newLines(text string) lines {
	split := strings.Split(text, "\n")
	all := make(lines, len(split))
	for i, l := range split {
		all[i] = []rune(l + "\n")
	}
	return all
}

// at gives the place in the file of a place within the text of a scalar, counted
// from line 1 and column 0 as CEL does.
func (l lines) at(v value, content string, line, column int) place {
	places := l.spread(v, []rune(content))
	offset := 0
	for _, part := range strings.SplitAfter(content, "\n") {
		n := len([]rune(part))
		if line--; line == 0 {
			return places[min(offset+min(column, n), len(places)-1)]
		}
		offset += n
	}
	return places[len(places)-1]
}

// spread gives the place in the file of every character of a scalar, and of its
// end. It follows quotes, escapes and folded lines by walking file and content
// side by side; should they part, the rest is placed where they parted.
func (l lines) spread(v value, content []rune) []place {
	w := walk{lines: l, at: v.at}
	switch n := v.node.(type) {
	case *ast.LiteralNode:
		w.at = place{v.at.line + 1, 1}
	case *ast.StringNode:
		if quote := w.char(); (quote == '\'' || quote == '"') && len(n.Token.Origin) > 0 {
			w.quote = quote
			w.step()
		}
	}
	places := make([]place, 0, len(content)+1)
	for _, r := range content {
		places = append(places, w.find(r))
	}
	return append(places, w.at)
}

// walk is a place in the file that moves on with the content of a scalar.
type walk struct {
	lines lines
	at    place
	quote rune
}

// char is the character at the place, 0 at the end of the file.
func (w *walk) char() rune {
	if w.at.line < 1 || w.at.line > len(w.lines) {
		return 0
	}
	if line := w.lines[w.at.line-1]; w.at.column >= 1 && w.at.column <= len(line) {
		return line[w.at.column-1]
	}
	return 0
}

func (w *walk) step() {
	if w.at.line > len(w.lines) {
		return
	}
	if w.at.column++; w.at.column > len(w.lines[w.at.line-1]) {
		w.at = place{w.at.line + 1, 1}
	}
}

// find gives the place of the next character of the content and moves past it.
func (w *walk) find(r rune) place {
	if w.quote == '"' && w.char() == '\\' {
		return w.escape()
	}
	if r == w.char() {
		at := w.at
		w.step()
		if r == '\'' && w.quote == '\'' {
			w.step() // doubled
		}
		return at
	}
	if unicode.IsSpace(r) && w.char() == '\n' {
		at := w.at
		w.step()
		return at
	}
	from := w.at
	for unicode.IsSpace(w.char()) {
		w.step()
	}
	if w.char() != r && (w.quote != '"' || w.char() != '\\') {
		w.at = from
		return from
	}
	return w.find(r)
}

// escape moves past one escape of a double-quoted scalar.
func (w *walk) escape() place {
	at := w.at
	w.step()
	more := map[rune]int{'x': 2, 'u': 4, 'U': 8}[w.char()]
	for range more + 1 {
		w.step()
	}
	return at
}
