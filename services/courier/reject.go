package courier

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// SubjectRejected is where ParkRejected puts messages, followed by the stream they came from.
const SubjectRejected = "parked.rejected"

// Rejected is a stored message that cannot become a watermill message.
type Rejected struct {
	Stream    string
	Subject   string
	Sequence  uint64 // in Stream
	Delivered uint64 // times delivered to this consumer
	StoredAt  time.Time
	Data      []byte
	Err       error // why it cannot be converted
}

// RejectFunc takes care of a rejected message. It may be called again for the same message. ctx ends with the subscription.
type RejectFunc func(ctx context.Context, r Rejected) error

// ParkRejected returns a RejectFunc that stores the message's payload in the stream PARKED under SubjectRejected with where
// it came from and why in the headers Origin-Stream, Origin-Subject, Origin-Sequence, Origin-Time and Reason.
func ParkRejected(js jetstream.JetStream) RejectFunc {
	return func(ctx context.Context, r Rejected) error {
		sequence := strconv.FormatUint(r.Sequence, 10)
		msg := nats.NewMsg(SubjectRejected + "." + Token(r.Stream))
		msg.Data = r.Data
		msg.Header.Set("Origin-Stream", r.Stream)
		msg.Header.Set("Origin-Subject", r.Subject)
		msg.Header.Set("Origin-Sequence", sequence)
		msg.Header.Set("Origin-Time", r.StoredAt.Format(time.RFC3339Nano))
		msg.Header.Set("Reason", r.Err.Error())
		id := "rejected-" + Token(r.Stream) + "-" + sequence
		if _, err := js.PublishMsg(ctx, msg, jetstream.WithMsgID(id), jetstream.WithExpectStream(StreamParked)); err != nil {
			return fmt.Errorf("courier: parking message %s of stream %s: %w", sequence, r.Stream, err)
		}
		return nil
	}
}
