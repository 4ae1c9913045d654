package delivery

import (
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/courier"
)

// Delivery is one submission on its way from a door to the recorder.
type Delivery struct {
	// ID is fresh for every request at a door, also for a resent submission.
	ID uuid.UUID `json:"id"`
	// Door names the intake process that waits for the receipts.
	Door string `json:"door"`
	// Programme and Inspection are what the door's address named. Inspection is
	// empty for entries that are about the programme as a whole.
	Programme  events.Programme    `json:"programme"`
	Inspection events.InspectionID `json:"inspection,omitempty"`
	// Actor, Role and Scope are the identity that the door verified.
	Actor events.Actor        `json:"actor"`
	Role  events.Role         `json:"role"`
	Scope events.InspectionID `json:"scope,omitempty"`
	// Control is set by the endpoints of control entries, and by nothing else.
	Control bool `json:"control,omitempty"`
	// ReceivedAt is the door's clock, for metrics; nothing is decided by it.
	ReceivedAt time.Time `json:"received_at"`
	// Submission is the body as the client sent it.
	Submission jsontext.Value `json:"submission"`
}

// Subject is where the delivery is published on the topic
// courier.TopicSubmissions: submissions.<programme>.<inspection or _>.<actor>.
func (d Delivery) Subject() string {
	return courier.SubmissionSubject(string(d.Programme), string(d.Inspection), string(d.Actor))
}

// Encode is the payload of the message.
func (d Delivery) Encode() ([]byte, error) {
	b, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("delivery: encode: %w", err)
	}
	return b, nil
}

// ErrMalformed is returned for a payload that is no delivery. Trying again cannot
// help.
var ErrMalformed = errors.New("delivery: malformed")

// IsMalformed reports whether the payload can never be handled.
func IsMalformed(err error) bool { return errors.Is(err, ErrMalformed) }

// Decode reads a payload strictly.
func Decode(payload []byte) (Delivery, error) {
	var d Delivery
	if err := json.Unmarshal(payload, &d, json.RejectUnknownMembers(true)); err != nil {
		return Delivery{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	switch {
	case d.ID == uuid.Nil:
		return Delivery{}, fmt.Errorf("%w: no id", ErrMalformed)
	case d.Programme == "":
		return Delivery{}, fmt.Errorf("%w: no programme", ErrMalformed)
	case d.Actor == "" || d.Role == "":
		return Delivery{}, fmt.Errorf("%w: no identity", ErrMalformed)
	}
	return d, nil
}
