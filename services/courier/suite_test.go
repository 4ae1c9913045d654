package courier_test

import (
	"context"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/pubsub/tests"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/aboveline/aboveline/services/courier"
)

// suite makes a stream for each of the suite's topics, because it publishes the same UUIDs to several topics and a stream
// stores a UUID once.
type suite struct {
	nc          *nats.Conn
	js          jetstream.JetStream
	maxInFlight int
}

func newSuite(t *testing.T, maxInFlight int) *suite {
	t.Helper()
	nc := startTestServer(t).connect(t)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	return &suite{nc: nc, js: js, maxInFlight: maxInFlight}
}

func (s *suite) route(topic string) (courier.Route, error) {
	name := courier.Token(topic)
	_, err := s.js.CreateStream(context.Background(), jetstream.StreamConfig{Name: name, Subjects: []string{"suite." + name}})
	return courier.Route{Stream: name, Filter: "suite." + name}, err
}

func (s *suite) inGroup(t *testing.T, group string) (message.Publisher, message.Subscriber) {
	return publisher(t, s.nc, courier.PublisherConfig{Routing: s.route}),
		subscriber(t, s.nc, courier.SubscriberConfig{
			Group: group, Routing: s.route, MaxInFlight: s.maxInFlight,
			NakDelay: courier.Backoff(5*time.Millisecond, 5*time.Millisecond), DrainTimeout: time.Second,
			AckWait: 5 * time.Second,
		})
}

func (s *suite) pubSub(t *testing.T) (message.Publisher, message.Subscriber) {
	return s.inGroup(t, "suite")
}

// fresh gives every subscriber a group of its own, so that each reads the topic from its beginning.
func (s *suite) fresh(t *testing.T) (message.Publisher, message.Subscriber) {
	return s.inGroup(t, "fresh-"+watermill.NewShortUUID())
}

func TestSuiteInOrder(t *testing.T) { runSuite(t, 1, true) }

func TestSuiteConcurrent(t *testing.T) { runSuite(t, 64, false) }

// runSuite leaves out the suite's TestReconnect: it compares with a list of sent messages that it may not have finished
// writing. TestServerRestartsLoseNothing does the same.
func runSuite(t *testing.T, maxInFlight int, ordered bool) {
	t.Parallel()
	s := newSuite(t, maxInFlight)
	features := tests.Features{
		ConsumerGroups: true, Persistent: true, GuaranteedOrder: ordered, ExactlyOnceDelivery: false,
	}
	tests.TestPubSub(t, features, s.pubSub, s.inGroup)
	t.Run("NewSubscriberReceivesOldMessages", func(t *testing.T) {
		t.Parallel()
		features.NewSubscriberReceivesOldMessages = true
		tests.TestNewSubscriberReceivesOldMessages(t, tests.TestContext{TestID: tests.NewTestID(), Features: features}, s.fresh)
	})
}
