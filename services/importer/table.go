package importer

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxFile bounds one file of a data set, in bytes.
const maxFile = 256 << 20

// table reads one CSV file row by row.
type table struct {
	file    string
	columns []string
	at      []int // where each column's name stands in the first line, in bytes from 1
	reader  *csv.Reader
	closer  io.Closer
	broken  bool // reading failed for good
}

// row is one line of a table; fields are found by column name.
type row struct {
	line   int
	fields []string
	table  *table
	at     []int // column of each field in its line, in bytes from 1
}

// open starts reading a file with a header. A file that is absent gives nil.
func open(dir, file string) (*table, *Problem) {
	path := filepath.Join(dir, file)
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &Problem{File: file, Message: err.Error()}
	}
	if info.Size() > maxFile {
		return nil, &Problem{File: file, Message: fmt.Sprintf("has %d bytes; at most %d are read", info.Size(), maxFile)}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, &Problem{File: file, Message: err.Error()}
	}
	b := bufio.NewReaderSize(f, 64<<10)
	if bom, err := b.Peek(3); err == nil && bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		_, _ = b.Discard(3)
	}
	t := &table{file: file, reader: csv.NewReader(b), closer: f}
	t.reader.FieldsPerRecord = -1
	header, err := t.reader.Read()
	switch {
	case errors.Is(err, io.EOF):
		return t.fail(0, "is empty; the first line must name the columns")
	case err != nil:
		return t.fail(0, "the first line cannot be read as CSV: "+reason(err))
	case slices.ContainsFunc(header, func(s string) bool { return !utf8.ValidString(s) || strings.ContainsRune(s, 0) }):
		return t.fail(0, "is not UTF-8 text; save it as CSV in UTF-8")
	}
	for n, name := range header {
		_, column := t.reader.FieldPos(n)
		t.at = append(t.at, column)
		if slices.Contains(header[:n], name) {
			return t.fail(column, short(fmt.Sprintf("column %q is there twice", name)))
		}
	}
	t.columns = header
	return t, nil
}

// fail refuses the file for what is wrong with its first line.
func (t *table) fail(column int, message string) (*table, *Problem) {
	_ = t.closer.Close()
	return nil, &Problem{File: t.file, Line: 1, Column: column, Message: message}
}

func (t *table) close() { _ = t.closer.Close() }

// check refuses a file that lacks a column or has one that known does not know: a
// column that is not understood would be lost without a word.
func (t *table) check(need []string, known func(string) bool) *Problem {
	for _, c := range need {
		if !slices.Contains(t.columns, c) {
			return &Problem{File: t.file, Line: 1, Code: "missing_column", Message: short(fmt.Sprintf(
				"column %q is missing; the columns are %q", c, t.columns))}
		}
	}
	for n, c := range t.columns {
		if !slices.Contains(need, c) && !known(c) {
			return &Problem{File: t.file, Line: 1, Column: t.at[n], Field: short(c), Code: "unknown_column", Message: "" +
				"the framework and this table know no column of this name; no row of the file was sent"}
		}
	}
	return nil
}

// next is the next row; a bad line gives a problem and reading goes on behind it.
// Both are nil at the end.
func (t *table) next() (*row, *Problem) {
	if t.broken {
		return nil, nil
	}
	fields, err := t.reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if p, ok := errors.AsType[*csv.ParseError](err); ok {
		return nil, &Problem{File: t.file, Line: p.StartLine, Column: p.Column, Message: "cannot be read as CSV: " + reason(err)}
	}
	if err != nil {
		t.broken = true
		return nil, &Problem{File: t.file, Message: err.Error()}
	}
	r := &row{fields: fields, table: t, at: make([]int, len(fields))}
	for n := range fields {
		line, column := t.reader.FieldPos(n)
		if n == 0 {
			r.line = line
		}
		r.at[n] = column
	}
	if len(fields) != len(t.columns) {
		return nil, &Problem{File: t.file, Line: r.line, Message: fmt.Sprintf(
			"has %d fields, the header has %d", len(fields), len(t.columns))}
	}
	for n, f := range fields {
		if !utf8.ValidString(f) || strings.ContainsFunc(f, func(c rune) bool { return c < ' ' }) {
			return nil, r.problem(t.columns[n], "bad_text", "is not plain UTF-8 text")
		}
	}
	return r, nil
}

// get is the field in a column.
func (r *row) get(column string) string {
	n := slices.Index(r.table.columns, column)
	if n < 0 {
		return ""
	}
	return r.fields[n]
}

// problem points at a field.
func (r *row) problem(column, code, format string, args ...any) *Problem {
	p := &Problem{
		File: r.table.file, Line: r.line, Field: column, Code: code, Message: short(fmt.Sprintf(format, args...)),
	}
	if n := slices.Index(r.table.columns, column); n >= 0 {
		p.Column = r.at[n]
	}
	return p
}

// longest is the longest message, in bytes: a field may be a whole file.
const longest = 500

// short cuts a text that repeats what stands in a file.
func short(s string) string {
	if len(s) <= longest {
		return s
	}
	return strings.ToValidUTF8(s[:longest], "") + " …"
}

func reason(err error) string {
	if p, ok := errors.AsType[*csv.ParseError](err); ok {
		return p.Err.Error()
	}
	return err.Error()
}
