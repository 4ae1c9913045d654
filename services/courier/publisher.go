package courier

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// PublisherConfig configures a Publisher. The zero value is usable.
type PublisherConfig struct {
	// Routing finds stream and subject of a topic. Default: Standard().Find.
	Routing Routing
	// AckTimeout is how long the stream may take to acknowledge a message. Default: 10 s.
	AckTimeout time.Duration
	// MaxPending bounds the messages that wait for an acknowledgement at once, over all calls. Default: 1024.
	MaxPending int
	// Domain is the JetStream domain, for connections to a leaf node. Default: none.
	Domain string
	// OnAck, if set, is told of every acknowledgement before Publish returns, from the goroutine that called Publish.
	OnAck func(topic string, msg *message.Message, ack *jetstream.PubAck)
}

// Publisher is a watermill publisher over JetStream. See the package comment for what it guarantees.
type Publisher struct {
	cfg PublisherConfig
	js  jetstream.JetStream

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
}

var _ message.Publisher = (*Publisher)(nil)

// NewPublisher returns a publisher over nc, which stays the caller's: Close never closes it.
func NewPublisher(nc *nats.Conn, cfg PublisherConfig) (*Publisher, error) {
	if cfg.AckTimeout < 0 || cfg.MaxPending < 0 {
		return nil, fmt.Errorf("courier: AckTimeout %s and MaxPending %d must not be negative", cfg.AckTimeout, cfg.MaxPending)
	}
	if cfg.Routing == nil {
		cfg.Routing = Standard().Find
	}
	cfg.AckTimeout = cmp.Or(cfg.AckTimeout, 10*time.Second)
	cfg.MaxPending = cmp.Or(cfg.MaxPending, 1024)
	js, err := newJetStream(nc, cfg.Domain,
		jetstream.WithPublishAsyncMaxPending(cfg.MaxPending), jetstream.WithPublishAsyncTimeout(cfg.AckTimeout))
	if err != nil {
		return nil, err
	}
	return &Publisher{cfg: cfg, js: js}, nil
}

// Publish sends the messages without waiting in between and returns when the stream has answered for each of them. Nil
// means that all are stored; then each carries MetaStream and MetaSequence. Otherwise the error is a *PublishError that
// names those that failed: their fate is unknown when the answer did not come, and sending them again with the same UUID
// within the stream's duplicate window stores them once. A message's context ends the wait for it.
func (p *Publisher) Publish(topic string, messages ...*message.Message) error {
	if err := p.enter(); err != nil {
		return err
	}
	defer p.running.Done()
	route, err := p.cfg.Routing(topic)
	if err != nil {
		return err
	}
	acks := make([]jetstream.PubAckFuture, len(messages))
	failed := &PublishError{Topic: topic, Of: len(messages)}
	for i, msg := range messages {
		if acks[i], err = p.send(route, topic, msg); err != nil {
			failed.add(i, msg.UUID, err)
		}
	}
	for i, msg := range messages {
		if acks[i] == nil {
			continue
		}
		if err := p.await(topic, msg, acks[i]); err != nil {
			failed.add(i, msg.UUID, err)
		}
	}
	return failed.orNil()
}

// Close waits for the calls of Publish that are under way. It can be called more than once.
func (p *Publisher) Close() error {
	p.mu.Lock()
	first := !p.closed
	p.closed = true
	p.mu.Unlock()
	p.running.Wait()
	if first {
		p.js.CleanupPublisher()
	}
	return nil
}

func (p *Publisher) enter() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return fmt.Errorf("courier: publisher: %w", errClosed)
	}
	p.running.Add(1)
	return nil
}

func (p *Publisher) send(route Route, topic string, msg *message.Message) (jetstream.PubAckFuture, error) {
	if err := msg.Context().Err(); err != nil {
		return nil, err
	}
	subject, err := route.subject(topic, msg)
	if err != nil {
		return nil, err
	}
	header, err := toHeader(msg)
	if err != nil {
		return nil, err
	}
	return p.js.PublishMsgAsync(&nats.Msg{Subject: subject, Header: header, Data: msg.Payload},
		jetstream.WithExpectStream(route.Stream), jetstream.WithStallWait(p.cfg.AckTimeout))
}

func (p *Publisher) await(topic string, msg *message.Message, future jetstream.PubAckFuture) error {
	select {
	case ack := <-future.Ok():
		p.stamp(msg, ack)
		if p.cfg.OnAck != nil {
			p.cfg.OnAck(topic, msg, ack)
		}
		return nil
	case err := <-future.Err():
		if errors.Is(err, jetstream.ErrAsyncPublishTimeout) {
			return fmt.Errorf("no acknowledgement within %s: %w", p.cfg.AckTimeout, err)
		}
		return err
	case <-msg.Context().Done():
		return msg.Context().Err()
	}
}

func (p *Publisher) stamp(msg *message.Message, ack *jetstream.PubAck) {
	if msg.Metadata == nil {
		msg.Metadata = message.Metadata{}
	}
	msg.Metadata.Set(MetaStream, ack.Stream)
	msg.Metadata.Set(MetaSequence, strconv.FormatUint(ack.Sequence, 10))
	delete(msg.Metadata, MetaDuplicate)
	if ack.Duplicate {
		msg.Metadata.Set(MetaDuplicate, "true")
	}
}

func newJetStream(nc *nats.Conn, domain string, opts ...jetstream.JetStreamOpt) (jetstream.JetStream, error) {
	if nc == nil {
		return nil, errors.New("courier: a NATS connection is needed, got nil")
	}
	var js jetstream.JetStream
	var err error
	if domain == "" {
		js, err = jetstream.New(nc, opts...)
	} else {
		js, err = jetstream.NewWithDomain(nc, domain, opts...)
	}
	if err != nil {
		return nil, fmt.Errorf("courier: %w", err)
	}
	return js, nil
}
