package notary

import (
	"errors"
	"fmt"

	"github.com/aboveline/aboveline/events"
)

// contradiction: the ledger is not what was signed before.
type contradiction struct {
	programme events.Programme
	problem   string
	err       error
}

func (e *contradiction) Error() string {
	s := fmt.Sprintf("notary: the ledger of %q contradicts what was signed: %s; nothing is signed until that is explained, "+
		"run `aboveline verify`", e.programme, e.problem)
	if e.err != nil {
		s += " (" + e.err.Error() + ")"
	}
	return s
}

func (e *contradiction) Unwrap() error { return e.err }

// IsContradiction reports whether err says that the ledger, its tiles or its stored
// checkpoints are not what was signed before. That does not go away by itself.
func IsContradiction(err error) bool {
	_, ok := errors.AsType[*contradiction](err)
	return ok
}

var (
	errEmpty   = errors.New("the programme has no events")
	errOutside = errors.New("it is not within the signed tree")
)

// IsEmpty reports whether err says that there is nothing to sign or to read: the
// programme has no events, or no checkpoint yet.
func IsEmpty(err error) bool { return errors.Is(err, errEmpty) }

// IsOutside reports whether err says that a tile, position or size lies outside of
// the tree that was signed.
func IsOutside(err error) bool { return errors.Is(err, errOutside) }

// cosignatureError refuses what a witness sent.
type cosignatureError struct{ err error }

func (e *cosignatureError) Error() string { return "notary: not kept: " + e.err.Error() }
func (e *cosignatureError) Unwrap() error { return e.err }

// IsRefusedCosignature reports whether err is about a checkpoint that [Notary.Cosign]
// was given, and not about the ledger or the database.
func IsRefusedCosignature(err error) bool {
	_, ok := errors.AsType[*cosignatureError](err)
	return ok
}

// readError marks what the database said amid the work of a library that would
// otherwise make it look like a wrong hash.
type readError struct{ err error }

func (e *readError) Error() string { return e.err.Error() }
func (e *readError) Unwrap() error { return e.err }
