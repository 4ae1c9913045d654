// Package api is the frame of the HTTP API: one huma API on a ServeMux, and the
// one place where the kinds of failure become HTTP status codes and problem
// documents (RFC 9457).
//
// A problem carries a stable code beside its text. It never repeats a submitted
// value, because the value may be about a person, and never the text of an
// internal error.
package api
