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
	// Position is that of the checkpoint.
	Position events.Position
	Problem  string
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

// StopError says that the unit cannot get past an event: its data cannot be
// decoded, or the fold cannot apply it. Everything before it has been applied and
// is visible; it and what follows it are not.
type StopError struct {
	Projection string
	Programme  events.Programme
	// Position, ID and Type are those of the event.
	Position events.Position
	ID       events.EventID
	Type     events.Type
	// Err is the decoder's or the fold's.
	Err error
}

// Error implements error.
func (e *StopError) Error() string {
	return fmt.Sprintf("runner: %s of programme %s cannot get past position %d (%s, event %s): %v",
		e.Projection, e.Programme, e.Position, e.Type, e.ID, e.Err)
}

// Unwrap gives the decoder's or the fold's error.
func (e *StopError) Unwrap() error { return e.Err }

// IsStop reports whether the unit stopped at an event that it cannot get past.
func IsStop(err error) bool {
	var s *StopError
	return errors.As(err, &s)
}

var errFenced = errors.New("runner: another runner works the unit")

// IsFenced reports whether a batch was given up because another runner had moved
// the checkpoint. Nothing of the batch was written.
func IsFenced(err error) bool { return errors.Is(err, errFenced) }

var errVersion = errors.New("runner: rows were written by another version of the projection")

// IsVersion reports whether the active generation was built by another version of
// the projection, so that it has to be built anew.
func IsVersion(err error) bool { return errors.Is(err, errVersion) }

// versionError says which version the rows are of.
type versionError struct {
	projection Projection
	programme  events.Programme
	version    int
	tables     string
}

// Error implements error.
func (e *versionError) Error() string {
	return fmt.Sprintf("%v: %s of programme %s is version %d%s, this release makes version %d",
		errVersion, e.projection.Name(), e.programme, e.version, e.tables, e.projection.Version())
}

// Unwrap makes IsVersion hold.
func (e *versionError) Unwrap() error { return errVersion }

// replaceable reports whether this release may build its own rows instead.
func (e *versionError) replaceable() bool { return e.version <= e.projection.Version() }

// errSwitched ends the work of a runner on a generation that is no longer active.
var errSwitched = errors.New("runner: another generation is active now")
