package checkpoint

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"
)

// unsignedError: none of the log's keys has signed.
type unsignedError struct{ keys string }

func (e *unsignedError) Error() string {
	return fmt.Sprintf("checkpoint: none of the log's keys (%s) has signed it", e.keys)
}

// forgedError: a line bears the name and hash of a known key, which did not sign.
type forgedError struct{ err *note.InvalidSignatureError }

func (e *forgedError) Error() string {
	return fmt.Sprintf("checkpoint: the signature of %s+%08x does not hold: the text or the signature was altered",
		e.err.Name, e.err.Hash)
}

func (e *forgedError) Unwrap() error { return e.err }

// IsUnsigned reports whether err says that a checkpoint is not signed by a key that
// was asked for: none of its signatures is of that key, or one claims to be and does
// not hold.
func IsUnsigned(err error) bool {
	if _, ok := errors.AsType[*unsignedError](err); ok {
		return true
	}
	_, ok := errors.AsType[*forgedError](err)
	return ok
}
