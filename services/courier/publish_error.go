package courier

import (
	"fmt"
	"slices"
	"strings"
)

// PublishError says which messages of one Publish were not acknowledged. The others are stored.
type PublishError struct {
	Topic  string
	Of     int // how many messages were to be published
	Failed []PublishFailure
}

// PublishFailure is one message that was not acknowledged.
type PublishFailure struct {
	Index int    // its place among the messages given to Publish, from 0
	UUID  string // its UUID
	Err   error
}

func (e *PublishError) add(index int, uuid string, err error) {
	e.Failed = append(e.Failed, PublishFailure{Index: index, UUID: uuid, Err: err})
}

func (e *PublishError) orNil() error {
	if len(e.Failed) == 0 {
		return nil
	}
	slices.SortFunc(e.Failed, func(a, b PublishFailure) int { return a.Index - b.Index })
	return e
}

// Error names every failed message up to ten.
func (e *PublishError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "courier: topic %q: %d of %d messages not stored:", e.Topic, len(e.Failed), e.Of)
	for i, f := range e.Failed {
		if i == 10 {
			fmt.Fprintf(&b, " and %d more", len(e.Failed)-i)
			break
		}
		fmt.Fprintf(&b, " #%d %s (%v)", f.Index, f.UUID, f.Err)
	}
	return b.String()
}

// Unwrap gives the causes to errors.Is and errors.As.
func (e *PublishError) Unwrap() []error {
	errs := make([]error, len(e.Failed))
	for i, f := range e.Failed {
		errs[i] = f.Err
	}
	return errs
}
