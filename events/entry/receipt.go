package entry

import (
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// Status is what became of an entry.
type Status string

// The statuses. Only the first two mean that the entry is in the ledger.
const (
	// StatusRecorded: the entry is in the ledger, for good.
	StatusRecorded Status = "recorded"
	// StatusDuplicate: it already was; the receipt repeats where.
	StatusDuplicate Status = "duplicate"
	// StatusConflict: someone else changed the same thing first; the receipt says
	// what is there now.
	StatusConflict Status = "conflict"
	// StatusRejected: the entry cannot be recorded as it is; the receipt says what
	// would be right.
	StatusRejected Status = "rejected"
)

// Statuses lists every status of this release.
func Statuses() []Status {
	return []Status{StatusRecorded, StatusDuplicate, StatusConflict, StatusRejected}
}

// Accepted reports whether the entry is in the ledger, so that the client may
// forget it.
func (s Status) Accepted() bool { return s == StatusRecorded || s == StatusDuplicate }

// Receipt says what became of one entry.
type Receipt struct {
	// ID is the id of the entry; nil where it could not be read.
	ID     uuid.UUID `json:"id"`
	Status Status    `json:"status"`
	// Position, Revision and RecordedAt tell where the entry is: recorded and
	// duplicate.
	Position   events.Position `json:"position,omitzero"`
	Revision   events.Revision `json:"revision,omitzero"`
	RecordedAt time.Time       `json:"recorded_at,omitzero"`
	// Code, Field and Message tell what is wrong: conflict and rejected.
	Code    string `json:"code,omitempty"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message,omitempty"`
	// Current is what is there now: conflict.
	Current *Current `json:"current,omitempty"`
}

// Current is the last event of the stream that a conflicting entry would have
// changed.
type Current struct {
	// Answer is the current answer; empty for a judgement that was withdrawn and
	// for kinds that have none.
	Answer     events.Answer   `json:"answer,omitzero"`
	Revision   events.Revision `json:"revision,omitzero"`
	Position   events.Position `json:"position,omitzero"`
	Actor      events.Actor    `json:"actor,omitzero"`
	RecordedAt time.Time       `json:"recorded_at,omitzero"`
	OccurredAt time.Time       `json:"occurred_at,omitzero"`
	EventID    uuid.UUID       `json:"event_id,omitzero"`
	// Data is the data of the event without its sealed parts, for kinds other than
	// judgements.
	Data jsontext.Value `json:"data,omitempty"`
}

// Rejected is the receipt of an entry that err refuses. An error that is no
// [*FieldError] is kept out of the receipt: its text is not for clients.
func Rejected(id uuid.UUID, err error) Receipt {
	r := Receipt{ID: id, Status: StatusRejected, Code: CodeMalformed, Message: "the entry could not be read"}
	if f, ok := AsFieldError(err); ok {
		r.Code, r.Field, r.Message = f.Code, f.Field, f.Message
	}
	return r
}

// Reply answers a submission: with one receipt for each entry, in their order, or
// with the URL where they will be.
type Reply struct {
	Submission uuid.UUID `json:"submission"`
	Receipts   []Receipt `json:"receipts,omitempty"`
	ReceiptURL string    `json:"receipt_url,omitempty"`
}
