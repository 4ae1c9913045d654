package scores

import (
	"errors"
	"fmt"

	"github.com/aboveline/aboveline/events"
)

// Why an event cannot be applied; wrapped in an [ApplyError] with the details.
var (
	ErrNoFramework       = errors.New("no framework has been published in this programme")
	ErrBadFramework      = errors.New("the framework cannot be read")
	ErrUnknownRevision   = errors.New("no framework of this revision has been published")
	ErrUnknownInspection = errors.New("the inspection has not been opened")
	ErrUnknownCase       = errors.New("the case has not been described")
	ErrUnknownQuestion   = errors.New("the framework in force has no such question")
	ErrUnknownEvent      = errors.New("this release does not know what the event means for scores")
	ErrTooManyAnswers    = errors.New("more than 65,535 different answers in one programme")
)

// ApplyError says which event could not be applied, and why. The fold is as it
// was before.
type ApplyError struct {
	ID       events.EventID
	Position events.Position
	Type     events.Type
	Err      error
}

// Error implements error.
func (e *ApplyError) Error() string {
	return fmt.Sprintf("event %s (%s, position %d) cannot be applied: %v", e.ID, e.Type, e.Position, e.Err)
}

// Unwrap gives the reason, one of the errors of this package.
func (e *ApplyError) Unwrap() error { return e.Err }

// IsInapplicable reports whether err says that an event cannot be applied to the
// fold as it stands: trying again without another event before it is no use.
func IsInapplicable(err error) bool {
	var e *ApplyError
	return errors.As(err, &e)
}

// StateError says that rows given to [Restore] do not belong together.
type StateError struct {
	Problem string
	Err     error
}

// Error implements error.
func (e *StateError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("the stored scores cannot be restored: %s: %v", e.Problem, e.Err)
	}
	return "the stored scores cannot be restored: " + e.Problem
}

// Unwrap gives the reason, where there is one.
func (e *StateError) Unwrap() error { return e.Err }

// IsBadState reports whether err says that rows do not add up to a state; they
// have to be built again from the ledger.
func IsBadState(err error) bool {
	var e *StateError
	return errors.As(err, &e)
}

// UnknownFigureError says that a framework has no such figure.
type UnknownFigureError struct {
	Figure FigureID
}

// Error implements error.
func (e *UnknownFigureError) Error() string {
	return fmt.Sprintf("figure %q is not in the framework; a figure is named outcome/NUMBER, section/NUMBER, "+
		"criterion/ID or question/ID, for example outcome/4 or question/4.1.07", e.Figure)
}

// IsUnknownFigure reports whether err says that there is no such figure.
func IsUnknownFigure(err error) bool {
	var e *UnknownFigureError
	return errors.As(err, &e)
}

// HistoryError says that a history is not whole: a tally moved from a count that
// the movement before did not leave.
type HistoryError struct {
	Movement Movement
	Left     Proportion
}

// Error implements error.
func (e *HistoryError) Error() string {
	m := e.Movement
	return fmt.Sprintf("the history of inspection %q has a hole before position %d: question %q stood at %d of %d, "+
		"and moves from %d of %d", m.Inspection, m.Position, m.Question, e.Left.Above, e.Left.Relevant,
		m.Before.Above, m.Before.Relevant)
}

// IsBadHistory reports whether err says that a history is not whole.
func IsBadHistory(err error) bool {
	var e *HistoryError
	return errors.As(err, &e)
}
