package vault

import (
	"errors"

	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
)

// AAD is the place a text is sealed for: it is authenticated with the text, and
// the text opens nowhere else.
type AAD struct {
	Programme events.Programme
	Event     events.EventID
	// Field is the event's field, by its JSON name, e.g. "note".
	Field string
}

// validate refuses a place that another text could share.
func (a AAD) validate() error {
	if a.Programme == "" || a.Event == uuid.Nil || a.Field == "" {
		return errors.New("vault: a text is sealed for a programme, an event and a field; one of the three is missing")
	}
	return nil
}

func (a AAD) encode() []byte {
	return joined(labelSealedAAD, string(a.Programme), string(a.Event[:]), a.Field)
}
