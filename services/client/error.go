package client

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aboveline/aboveline/services/api"
)

// Error is an answer that is no success.
type Error struct {
	Status  int
	Problem api.Problem
}

// Error implements error: what is wrong, and every place where.
func (e *Error) Error() string {
	lines := []string{e.Problem.Detail}
	if e.Problem.Detail == "" {
		lines[0] = http.StatusText(e.Status)
	}
	for _, p := range e.Problem.Errors {
		if p.Message != e.Problem.Detail {
			lines = append(lines, strings.TrimPrefix(fmt.Sprintf("%s: %s", p.Location, p.Message), ": "))
		}
	}
	return strings.Join(lines, "\n  ")
}

// HasCode reports whether err is an answer with this code, or with a place that
// has it.
func HasCode(err error, code string) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	if string(e.Problem.Code) == code {
		return true
	}
	for _, p := range e.Problem.Errors {
		if p.Code == code {
			return true
		}
	}
	return false
}

// temporary reports whether the same request may succeed later.
func temporary(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return true // the connection failed
	}
	return e.Status == http.StatusServiceUnavailable || e.Status == http.StatusTooManyRequests
}
