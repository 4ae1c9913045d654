package courier

import (
	"context"
	"fmt"
	"sync"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Subscriber is a watermill subscriber over durable JetStream pull consumers. See the package comment for what it
// guarantees.
type Subscriber struct {
	cfg SubscriberConfig
	nc  *nats.Conn
	js  jetstream.JetStream

	mu      sync.Mutex
	closed  bool
	running map[*subscription]struct{}
}

var (
	_ message.Subscriber           = (*Subscriber)(nil)
	_ message.SubscribeInitializer = (*Subscriber)(nil)
)

// NewSubscriber returns a subscriber over nc, which stays the caller's: Close never closes it.
func NewSubscriber(nc *nats.Conn, cfg SubscriberConfig) (*Subscriber, error) {
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	js, err := newJetStream(nc, cfg.Domain)
	if err != nil {
		return nil, err
	}
	if cfg.Reject == nil {
		cfg.Reject = ParkRejected(js)
	}
	return &Subscriber{cfg: cfg, nc: nc, js: js, running: map[*subscription]struct{}{}}, nil
}

// SubscribeInitialize creates the topic's durable consumer, so that on a stream with limits nothing published from now on
// is missed. The stream must exist.
func (s *Subscriber) SubscribeInitialize(topic string) error {
	route, err := s.cfg.Routing(topic)
	if err != nil {
		return err
	}
	return s.ensureConsumer(context.Background(), topic, route)
}

// Subscribe creates or updates the topic's durable consumer and hands out its messages until ctx ends or the subscriber is
// closed; then it closes the channel, once. Ack and Nack of a message may be called from any goroutine and in any order.
func (s *Subscriber) Subscribe(ctx context.Context, topic string) (<-chan *message.Message, error) {
	route, err := s.cfg.Routing(topic)
	if err != nil {
		return nil, err
	}
	if err := s.ensureConsumer(ctx, topic, route); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, fmt.Errorf("courier: subscriber of group %q: %w", s.cfg.Group, errClosed)
	}
	sub, err := startSubscription(ctx, s, topic, route)
	if err != nil {
		return nil, err
	}
	s.running[sub] = struct{}{}
	go func() {
		<-sub.done
		s.mu.Lock()
		delete(s.running, sub)
		s.mu.Unlock()
	}()
	return sub.out, nil
}

// Close ends all subscriptions: it closes their channels at once, lets handlers finish within DrainTimeout, gives back
// what they did not finish, and returns when every acknowledgement is on its way. It can be called more than once.
func (s *Subscriber) Close() error {
	s.mu.Lock()
	s.closed = true
	var ending []*subscription
	for sub := range s.running {
		ending = append(ending, sub)
	}
	s.mu.Unlock()
	for _, sub := range ending {
		sub.end()
	}
	for _, sub := range ending {
		<-sub.done
	}
	return nil
}

func (s *Subscriber) durable(topic string) string { return Token(s.cfg.Group) + "_" + Token(topic) }

// ensureConsumer creates the durable consumer or gives it this configuration.
func (s *Subscriber) ensureConsumer(ctx context.Context, topic string, route Route) error {
	policy := jetstream.DeliverAllPolicy
	name := s.durable(topic)
	if s.cfg.FromNow {
		policy = jetstream.DeliverNewPolicy
	}
	_, err := s.js.CreateOrUpdateConsumer(ctx, route.Stream, jetstream.ConsumerConfig{
		Durable: name, FilterSubject: route.Filter, DeliverPolicy: policy,
		AckPolicy: jetstream.AckExplicitPolicy, AckWait: s.cfg.AckWait, MaxDeliver: s.cfg.MaxDeliver,
		MaxAckPending: s.cfg.MaxUnacked, InactiveThreshold: s.cfg.InactiveThreshold,
	})
	if err != nil {
		return fmt.Errorf("courier: consumer %q of stream %q for topic %q: %w", name, route.Stream, topic, err)
	}
	return nil
}
