package courier

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// place identifies a stored message. The time is part of it because a stream that was created anew counts from 1 again.
type place struct {
	sequence uint64
	stored   int64
}

// delivery is one message that a subscription holds, from its arrival until the server was told what became of it.
type delivery struct {
	place     place
	bytes     int
	delivered uint64
	msg       *message.Message // nil for a message that cannot be converted
	cancel    context.CancelFunc
	rejected  Rejected

	mu      sync.Mutex
	reply   string // acknowledgement subject of the newest delivery of this message
	settled bool
}

// receive reads what JetStream says about a message and converts it. The error means that m was not sent by a consumer.
func receive(ctx context.Context, m *nats.Msg, order uint64) (*delivery, error) {
	meta, err := m.Metadata()
	if err != nil {
		return nil, err
	}
	d := &delivery{
		place: place{meta.Sequence.Stream, meta.Timestamp.UnixNano()},
		bytes: m.Size(), delivered: meta.NumDelivered, reply: m.Reply,
	}
	if m.Header == nil && m.Size() > len(m.Subject)+len(m.Reply)+len(m.Data) {
		d.rejected = Rejected{
			Stream: meta.Stream, Subject: m.Subject, Sequence: meta.Sequence.Stream, Delivered: meta.NumDelivered,
			StoredAt: meta.Timestamp.UTC(), Data: m.Data, Err: errHeader,
		}
		d.cancel = func() {}
		return d, nil
	}
	uuid, md := toMetadata(m.Header)
	if md[jetstream.ExpectedStreamHeader] == meta.Stream {
		delete(md, jetstream.ExpectedStreamHeader) // set by Publisher; says nothing that MetaStream does not
	}
	if uuid == "" {
		uuid = meta.Stream + "-" + strconv.FormatUint(meta.Sequence.Stream, 10)
	}
	md[MetaStream] = meta.Stream
	md[MetaSubject] = m.Subject
	md[MetaSequence] = strconv.FormatUint(meta.Sequence.Stream, 10)
	md[MetaDelivered] = strconv.FormatUint(meta.NumDelivered, 10)
	md[MetaTime] = meta.Timestamp.UTC().Format(time.RFC3339Nano)
	md[MetaOrder] = strconv.FormatUint(order, 10)
	d.msg = message.NewMessage(uuid, m.Data)
	d.msg.Metadata = md
	ctx, d.cancel = context.WithCancel(ctx)
	d.msg.SetContext(ctx)
	return d, nil
}

// Answers to the server, as ADR-15 of nats-architecture-and-design spells them.
var (
	answerAck      = []byte("+ACK")
	answerProgress = []byte("+WPI")
	answerTerm     = []byte("+TERM")
)

func answerNak(delay time.Duration) []byte {
	if delay <= 0 {
		return []byte("-NAK")
	}
	body, err := json.Marshal(struct {
		Delay int64 `json:"delay"`
	}{delay.Nanoseconds()})
	if err != nil {
		return []byte("-NAK")
	}
	return append([]byte("-NAK "), body...)
}

// settle gives the server its last word on the message. While the connection is down nats.go keeps it for later.
func (d *delivery) settle(nc *nats.Conn, answer []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settled = true
	if err := nc.Publish(d.reply, answer); err != nil {
		return fmt.Errorf("courier: answering for message %d: %w", d.place.sequence, err)
	}
	return nil
}

// progress restarts the server's clock for the message, unless it is settled.
func (d *delivery) progress(nc *nats.Conn) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.settled {
		return nil
	}
	return nc.Publish(d.reply, answerProgress)
}

// again notes that the server delivered the message once more although it is still held. It reports false if the message
// was settled meanwhile, so that this delivery is one of its own.
func (d *delivery) again(reply string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.settled {
		d.reply = reply
	}
	return !d.settled
}
