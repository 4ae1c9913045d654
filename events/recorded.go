package events

import (
	"time"

	"github.com/google/uuid"
)

// Recorded is an event as the ledger keeps it. Everything in it is covered by
// the leaf hash, and nothing in it ever changes.
//
// Times are in UTC with microseconds, which is what the ledger can hold.
type Recorded struct {
	// Programme and Position are the event's place: positions of one programme
	// are 1, 2, 3 … without gaps, in the order of commit.
	Programme Programme
	Position  Position
	// ID is the client's id of the entry.
	ID EventID
	// Stream and Revision: this is the Revision-th event of Stream.
	Stream   Stream
	Revision Revision
	// Type and TypeVersion tell what Data decodes into.
	Type        Type
	TypeVersion int
	// OccurredAt is the inspector's clock, RecordedAt the recorder's. RecordedAt
	// never decreases with the position, even if a clock jumps back.
	OccurredAt time.Time
	RecordedAt time.Time
	// Actor, Team, Inspection and Case say who and about what; Team, Inspection
	// and Case are empty where they do not apply.
	Actor      Actor
	Team       TeamID
	Inspection InspectionID
	Case       CaseID
	// Causation is the submission that carried the entry.
	Causation uuid.UUID
	// Digest identifies the content of the entry as submitted; it tells a resend
	// from another entry under the same id. See events/vault.
	Digest [32]byte
	// Data is the JSON of the event, byte for byte as first written.
	Data []byte
	// Leaf is the RFC 6962 leaf hash of all of the above. See events/proof.
	Leaf [32]byte
}

// Kind is the persisted shape of r's data.
func (r Recorded) Kind() Kind { return Kind{r.Type, r.TypeVersion} }
