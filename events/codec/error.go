package codec

import (
	"errors"
	"fmt"

	"github.com/aboveline/aboveline/events"
)

// What can be wrong with data. [Error] wraps one of them.
var (
	// ErrUnknownKind: the registry has no such type or version. Data of a newer
	// release is the usual reason.
	ErrUnknownKind = errors.New("unknown kind of event")
	// ErrMalformed: the data are not one JSON value in UTF-8.
	ErrMalformed = errors.New("malformed JSON")
	// ErrUnknownField: the kind has no such field.
	ErrUnknownField = errors.New("unknown field")
	// ErrDuplicateField: a name occurs twice in one object.
	ErrDuplicateField = errors.New("duplicate field")
	// ErrMissingField: a required field is absent or, when encoding, nil.
	ErrMissingField = errors.New("missing field")
	// ErrWrongType: the value is not of the field's type.
	ErrWrongType = errors.New("wrong type")
)

// Error says which event could not be encoded or decoded, and where in its data.
// It repeats no values.
type Error struct {
	Kind events.Kind
	// Field is the path of the field, "note/box" for a member of one; empty where
	// the error is about the whole.
	Field string
	// Offset is how far into the data the error was met, in bytes; 0 when encoding.
	Offset int64
	Err    error
}

// Error implements error.
func (e *Error) Error() string {
	s := fmt.Sprintf("codec: %s v%d", e.Kind.Type, e.Kind.Version)
	if e.Field != "" {
		s += ": " + e.Field
	}
	if e.Offset > 0 {
		s += fmt.Sprintf(" at byte %d", e.Offset)
	}
	return s + ": " + e.Err.Error()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// IsUnknownKind reports whether err says that this release does not know the kind.
func IsUnknownKind(err error) bool { return errors.Is(err, ErrUnknownKind) }
