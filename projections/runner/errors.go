package runner

import (
	"errors"
	"fmt"

	"github.com/aboveline/aboveline/events"
)

// MismatchError says that a checkpoint is not one of this ledger: the ledger was
// rewound or changed, or the rows belong to another one. Nothing is written until
// a person has looked; see the ledger's verification, then rebuild.
type MismatchError struct {
	Projection string
	Programme  events.Programme
	Position   events.Position
	Problem    string
}

// Error implements error.
func (e *MismatchError) Error() string {
	return fmt.Sprintf("runner: checkpoint of %s of programme %s at position %d does not match the ledger: %s; "+
		"verify the ledger, then rebuild the projection", e.Projection, e.Programme, e.Position, e.Problem)
}

// IsMismatch reports whether the unit stopped because its checkpoint does not
// match the ledger.
func IsMismatch(err error) bool {
	var m *MismatchError
	return errors.As(err, &m)
}

var errFenced = errors.New("runner: another runner moved the checkpoint")

// IsFenced reports whether a batch was given up because another runner had moved
// the checkpoint. Nothing of the batch was written.
func IsFenced(err error) bool { return errors.Is(err, errFenced) }

var errVersion = errors.New("runner: rows were written by another version of the projection")

// IsVersion reports whether the active generation was built by another version of
// the projection, so that it has to be built anew.
func IsVersion(err error) bool { return errors.Is(err, errVersion) }
