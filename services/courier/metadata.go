package courier

import (
	"maps"
	"net/url"
	"strconv"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
)

// Metadata keys that the courier sets. They contain a colon, which no NATS header name can, so no client can forge them
// and no header can hide behind them. They describe one delivery and are not sent on when a message is published again.
const (
	// MetaStream is the name of the JetStream stream the message is stored in.
	MetaStream = "courier:stream"
	// MetaSubject is the subject the message was published to.
	MetaSubject = "courier:subject"
	// MetaSequence is the message's sequence in its stream, decimal. On a published message it is set from the server's
	// acknowledgement; on a received one it says where the message lies.
	MetaSequence = "courier:sequence"
	// MetaDelivered says how many times the message was delivered to this consumer, from "1".
	MetaDelivered = "courier:delivered"
	// MetaTime is when the stream stored the message, RFC 3339 with nanoseconds, UTC.
	MetaTime = "courier:time"
	// MetaOrder numbers the deliveries of one subscription: 1, 2, 3 and so on without gaps, in the order in which they
	// were put on the output channel.
	MetaOrder = "courier:order"
	// MetaDuplicate is "true" on a published message that the stream already had under the same UUID.
	MetaDuplicate = "courier:duplicate"
	// MetaMultiple holds the NATS headers that had several values, all of them, as a URL query: "k=first&k=second". The
	// metadata key itself holds the first. A key that was set to something else since has that one value. See Values.
	MetaMultiple = "courier:multiple"
	// MetaTo is the subject a message is to be published to. See To.
	MetaTo = "courier:to"

	metaPrefix = "courier:"
)

// Sequence is the message's stream sequence; 0 when it was neither published nor received through a courier.
func Sequence(msg *message.Message) uint64 { return number(msg, MetaSequence) }

// Delivered is how many times the message was delivered, from 1; 0 for a message that was not received.
func Delivered(msg *message.Message) uint64 { return number(msg, MetaDelivered) }

// Order is the message's place among the deliveries of its subscription, from 1; 0 for a message that was not received.
func Order(msg *message.Message) uint64 { return number(msg, MetaOrder) }

// StoredAt is when the stream stored the message; zero for a message that was not received.
func StoredAt(msg *message.Message) time.Time {
	t, err := time.Parse(time.RFC3339Nano, msg.Metadata.Get(MetaTime))
	if err != nil {
		return time.Time{}
	}
	return t
}

// To names the subject that Publish sends msg to, for routes whose Subject is Addressed. It returns msg.
func To(msg *message.Message, subject string) *message.Message {
	msg.Metadata.Set(MetaTo, subject)
	return msg
}

// Values is every value that a metadata key has: none when the key is absent, one as a rule, several when the message
// came from a client that repeated the NATS header.
func Values(msg *message.Message, key string) []string {
	value, given := msg.Metadata[key]
	if !given {
		return nil
	}
	if values, ok := multiple(msg.Metadata)[key]; ok {
		return values
	}
	return []string{value}
}

// SetValues gives a key several values, which Publish sends as a repeated NATS header. With no values it removes the key.
func SetValues(msg *message.Message, key string, values ...string) {
	all := multiple(msg.Metadata)
	delete(all, key)
	delete(msg.Metadata, key)
	if len(values) > 0 {
		msg.Metadata[key] = values[0]
	}
	if len(values) > 1 {
		if all == nil {
			all = url.Values{}
		}
		all[key] = values
	}
	setMultiple(msg.Metadata, all)
}

func number(msg *message.Message, key string) uint64 {
	n, err := strconv.ParseUint(msg.Metadata.Get(key), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// multiple reads MetaMultiple and leaves out the keys that were removed or set to something else since.
func multiple(md message.Metadata) url.Values {
	list, given := md[MetaMultiple]
	if !given {
		return nil
	}
	all, err := url.ParseQuery(list)
	if err != nil {
		return nil
	}
	maps.DeleteFunc(all, func(key string, values []string) bool {
		first, given := md[key]
		return !given || len(values) < 2 || first != values[0]
	})
	return all
}

func setMultiple(md message.Metadata, all url.Values) {
	delete(md, MetaMultiple)
	if len(all) > 0 {
		md[MetaMultiple] = all.Encode()
	}
}
