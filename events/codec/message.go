package codec

import (
	"encoding/hex"
	"fmt"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// Message is a recorded event as others read it: one line of an export, one
// message of the feed. It holds all that the leaf hash covers.
type Message struct {
	Programme   events.Programme    `json:"programme"`
	Position    events.Position     `json:"position"`
	ID          uuid.UUID           `json:"id"`
	Type        events.Type         `json:"type"`
	TypeVersion int                 `json:"type_version"`
	Stream      events.Stream       `json:"stream"`
	Revision    events.Revision     `json:"revision"`
	OccurredAt  time.Time           `json:"occurred_at"`
	RecordedAt  time.Time           `json:"recorded_at"`
	Actor       events.Actor        `json:"actor"`
	Team        events.TeamID       `json:"team,omitempty"`
	Inspection  events.InspectionID `json:"inspection,omitempty"`
	Case        events.CaseID       `json:"case,omitempty"`
	Causation   uuid.UUID           `json:"causation"`
	Digest      Hash                `json:"digest"`
	Leaf        Hash                `json:"leaf"`
	// Data conforms to the schema of Type and TypeVersion.
	Data jsontext.Value `json:"data"`
}

// MessageOf is the message of a recorded event. It shares the data with r.
func MessageOf(r *events.Recorded) Message {
	return Message{
		Programme: r.Programme, Position: r.Position, ID: r.ID,
		Type: r.Type, TypeVersion: r.TypeVersion, Stream: r.Stream, Revision: r.Revision,
		OccurredAt: r.OccurredAt, RecordedAt: r.RecordedAt,
		Actor: r.Actor, Team: r.Team, Inspection: r.Inspection, Case: r.Case, Causation: r.Causation,
		Digest: r.Digest, Leaf: r.Leaf, Data: r.Data,
	}
}

// Recorded is the event that the message is about, with its data byte for byte.
func (m Message) Recorded() events.Recorded {
	return events.Recorded{
		Programme: m.Programme, Position: m.Position, ID: m.ID,
		Type: m.Type, TypeVersion: m.TypeVersion, Stream: m.Stream, Revision: m.Revision,
		OccurredAt: m.OccurredAt, RecordedAt: m.RecordedAt,
		Actor: m.Actor, Team: m.Team, Inspection: m.Inspection, Case: m.Case, Causation: m.Causation,
		Digest: m.Digest, Leaf: m.Leaf, Data: m.Data,
	}
}

// Encode writes the message on one line, without its end. Data that [Encode] of
// this package wrote stays as it is, byte for byte.
func (m Message) Encode() ([]byte, error) {
	b, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("codec: message at position %d: %w", m.Position, err)
	}
	return b, nil
}

// DecodeMessage reads a message strictly; the data only as far as they are JSON.
func DecodeMessage(b []byte) (Message, error) {
	var m Message
	if err := json.Unmarshal(b, &m, json.RejectUnknownMembers(true)); err != nil {
		return Message{}, fmt.Errorf("codec: message: %w", err)
	}
	return m, nil
}

// Hash is a SHA-256, 64 lower-case hex digits in JSON.
type Hash [32]byte

// MarshalText implements encoding.TextMarshaler.
func (h Hash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *Hash) UnmarshalText(b []byte) error {
	if len(b) != hex.EncodedLen(len(h)) {
		return fmt.Errorf("codec: a hash has %d hex digits, not %d", hex.EncodedLen(len(h)), len(b))
	}
	if _, err := hex.Decode(h[:], b); err != nil {
		return fmt.Errorf("codec: hash: %w", err)
	}
	return nil
}
