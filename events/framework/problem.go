package framework

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong in a framework file or a filter, and what
// would be right. Line and Column count from 1, columns in characters.
type Problem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

// String gives the problem as "file:line:column: field: message".
func (p Problem) String() string {
	if p.Field == "" {
		return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s: %s", p.File, p.Line, p.Column, p.Field, p.Message)
}

// Problems is the error of [Parse] and [Framework.Where]: everything that is
// wrong, in the order of the file.
type Problems []Problem

// Error gives one line per problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// IsProblems reports whether err says what is wrong in a framework or a filter.
func IsProblems(err error) bool {
	var ps Problems
	return errors.As(err, &ps)
}

// place is a place in a file, counted from 1.
type place struct{ line, column int }

// findings collects the problems of one file.
type findings struct {
	file  string
	found Problems
}

// maxProblems bounds a report: past it a file is not worth reading further.
const maxProblems = 1000

func (f *findings) add(at place, field, format string, args ...any) {
	if len(f.found) >= maxProblems {
		return
	}
	f.found = append(f.found, Problem{
		File: f.file, Line: at.line, Column: at.column, Field: field, Message: fmt.Sprintf(format, args...),
	})
}

// err is nil when nothing was found.
func (f *findings) err() error {
	if len(f.found) == 0 {
		return nil
	}
	slices.SortStableFunc(f.found, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Field, b.Field),
			cmp.Compare(a.Message, b.Message),
		)
	})
	return slices.Compact(f.found)
}
