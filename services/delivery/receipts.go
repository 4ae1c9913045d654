package delivery

import (
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
)

// Receipts answers one delivery: a receipt per entry, in the order of the
// submission.
type Receipts struct {
	Submission uuid.UUID       `json:"submission"`
	Actor      events.Actor    `json:"actor"`
	Receipts   []entry.Receipt `json:"receipts"`
}

// ReceiptSubject is where the receipts of a delivery are published:
// receipts.<door>.<submission>.<delivery>.
func (d Delivery) ReceiptSubject(submission uuid.UUID) string {
	return "receipts." + d.Door + "." + submission.String() + "." + d.ID.String()
}

// DoorSubjects matches all receipts for one door.
func DoorSubjects(door string) string { return "receipts." + door + ".>" }

// SubmissionSubjects matches all receipts of one submission, whatever door it
// came through and however often.
func SubmissionSubjects(submission uuid.UUID) string {
	return "receipts.*." + submission.String() + ".*"
}

// Encode is the payload of the message.
func (r Receipts) Encode() ([]byte, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("delivery: encode receipts: %w", err)
	}
	return b, nil
}

// DecodeReceipts reads the payload of a message on RECEIPTS.
func DecodeReceipts(payload []byte) (Receipts, error) {
	var r Receipts
	if err := json.Unmarshal(payload, &r); err != nil {
		return Receipts{}, fmt.Errorf("delivery: receipts: %w", err)
	}
	return r, nil
}
