package entry

import (
	"errors"
	"strconv"
)

// Codes say in one word why an entry was refused. They are persisted in receipts
// and only grow; the recorder adds its own.
const (
	// CodeMalformed: no JSON, not UTF-8, or text with control characters.
	CodeMalformed = "malformed"
	// CodeUnknownField: the kind has no such field.
	CodeUnknownField = "unknown_field"
	// CodeDuplicateField: a name occurs twice in one object.
	CodeDuplicateField = "duplicate_field"
	// CodeWrongType: the value is of another JSON type, or a number out of range.
	CodeWrongType = "wrong_type"
	// CodeMissingField: a field that the kind needs is absent or empty.
	CodeMissingField = "missing_field"
	// CodeBadID: no UUID, or an identifier with characters that do not show.
	CodeBadID = "bad_id"
	// CodeBadTime: no RFC 3339 time, or one of another age.
	CodeBadTime = "bad_time"
	// CodeUnknownKind: the kind is none of this release.
	CodeUnknownKind = "unknown_kind"
	// CodeTooLong: longer than the limit of the field.
	CodeTooLong = "too_long"
)

// FieldError says why an entry, a submission or a line was refused, in words that
// the person who wrote it can act on. It is safe to log: it names fields, and
// never repeats their values.
type FieldError struct {
	// Code is one of the codes of this package.
	Code string
	// Field is the name of the field, "answers/4.1.07" for a member of one, and
	// empty where the error is about the whole.
	Field string
	// Message is a sentence that says what is wrong and what would be right.
	Message string
}

// Error implements error.
func (e *FieldError) Error() string { return e.Code + ": " + e.Message }

// refuse makes the refusal of a field, or of the whole where field is empty. The
// message is what to say about it.
func refuse(code, field, message string) *FieldError {
	subject := field
	if field == "" {
		subject = "the JSON"
	}
	return &FieldError{code, field, subject + " " + message}
}

// AsFieldError finds the [*FieldError] in err.
func AsFieldError(err error) (*FieldError, bool) {
	return errors.AsType[*FieldError](err)
}

// maxQuoted limits how much of a name that a client made up is repeated.
const maxQuoted = 100

// quoted is a name that a client made up, safe to print and not too long.
func quoted(name string) string {
	return strconv.QuoteToGraphic(shortened(name))
}

func shortened(name string) string {
	if len(name) <= maxQuoted {
		return name
	}
	cut := maxQuoted
	for cut > 0 && name[cut]&0xC0 == 0x80 { // inside a rune
		cut--
	}
	return name[:cut] + "…"
}
