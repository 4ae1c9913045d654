package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// Code is the stable name of a kind of failure; clients may switch on it. Codes
// are only added.
type Code string

// The codes and the status each of them has.
const (
	BadRequest      Code = "bad_request"        // 400
	Unauthenticated Code = "unauthenticated"    // 401
	Forbidden       Code = "forbidden"          // 403
	NotFound        Code = "not_found"          // 404
	NotAllowed      Code = "method_not_allowed" // 405
	Conflict        Code = "conflict"           // 409
	TooLarge        Code = "too_large"          // 413
	Invalid         Code = "invalid"            // 422
	TooMany         Code = "too_many"           // 429
	Internal        Code = "internal"           // 500
	Unavailable     Code = "unavailable"        // 503
)

var statuses = map[Code]int{
	BadRequest: http.StatusBadRequest, Unauthenticated: http.StatusUnauthorized, Forbidden: http.StatusForbidden,
	NotFound: http.StatusNotFound, NotAllowed: http.StatusMethodNotAllowed, Conflict: http.StatusConflict,
	TooLarge: http.StatusRequestEntityTooLarge, Invalid: http.StatusUnprocessableEntity,
	TooMany: http.StatusTooManyRequests, Internal: http.StatusInternalServerError,
	Unavailable: http.StatusServiceUnavailable,
}

// Problem is a failure as the client sees it.
type Problem struct {
	Type   string  `json:"type" doc:"Always about:blank; the code tells the kind." example:"about:blank"`
	Title  string  `json:"title" doc:"The status in words."`
	Status int     `json:"status" doc:"The HTTP status."`
	Code   Code    `json:"code" doc:"Stable name of the kind of failure."`
	Detail string  `json:"detail" doc:"What is wrong here and what would be right."`
	Errors []Place `json:"errors,omitempty" doc:"Where exactly, if the failure has places."`
}

// Place is one thing that is wrong, and where.
type Place struct {
	Location string `json:"location" doc:"Path of the field, or line:column of a file."`
	Code     string `json:"code,omitempty" doc:"Stable name of what is wrong."`
	Message  string `json:"message" doc:"What is wrong and what would be right."`
}

// Errorf makes a problem of a kind.
func Errorf(code Code, format string, args ...any) *Problem {
	status := statuses[code]
	return &Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Code: code,
		Detail: fmt.Sprintf(format, args...),
	}
}

// At adds a place and returns the problem.
func (p *Problem) At(location, code, message string) *Problem {
	p.Errors = append(p.Errors, Place{location, code, message})
	return p
}

// Error implements error.
func (p *Problem) Error() string { return p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (*Problem) ContentType(string) string { return "application/problem+json" }

// Write answers a request that does not go through huma with the problem.
func (p *Problem) Write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the caller has gone: no one is left to tell
}

// IsProblem returns the problem that err is, if it is one.
func IsProblem(err error) (*Problem, bool) {
	var p *Problem
	ok := errors.As(err, &p)
	return p, ok
}

// fromHuma turns what huma itself finds wrong with a request into a problem. The
// submitted value, which huma would repeat, is dropped, and so is the text of an
// error that is not meant for clients.
func fromHuma(status int, msg string, errs ...error) huma.StatusError {
	code := Internal
	for c, s := range statuses {
		if s == status {
			code = c
		}
	}
	if status >= http.StatusInternalServerError {
		msg = "something went wrong on our side; it was logged"
		errs = nil
	}
	p := Errorf(code, "%s", msg)
	p.Status, p.Title = status, http.StatusText(status)
	for _, err := range errs {
		var d huma.ErrorDetailer
		if errors.As(err, &d) {
			p = p.At(d.ErrorDetail().Location, "", d.ErrorDetail().Message)
		}
	}
	return p
}
