package courier_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/goleak"

	"github.com/aboveline/aboveline/services/courier"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fixture is a server with one work-queue stream S, a publisher and a routing table for the topic "t".
type fixture struct {
	*testServer
	nc      *nats.Conn
	js      jetstream.JetStream
	routing courier.Routing
	pub     *courier.Publisher
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	server := startTestServer(t)
	nc := server.connect(t)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	routing := server.stream(t, nc, jetstream.StreamConfig{Name: "S", Retention: jetstream.WorkQueuePolicy})
	return &fixture{server, nc, js, routing, publisher(t, nc, courier.PublisherConfig{Routing: routing})}
}

func (f *fixture) subscriber(t *testing.T, cfg courier.SubscriberConfig) *courier.Subscriber {
	t.Helper()
	cfg.Group, cfg.Routing = "g", f.routing
	return subscriber(t, f.nc, cfg)
}

func (f *fixture) consumer(t *testing.T) *jetstream.ConsumerInfo {
	t.Helper()
	consumer, err := f.js.Consumer(t.Context(), "S", "g_t")
	if err != nil {
		t.Fatal(err)
	}
	return consumer.CachedInfo()
}

// eventually polls until ok or fails after 10 s.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	timeout := time.After(10 * time.Second)
	for !ok() {
		select {
		case <-ticker.C:
		case <-timeout:
			t.Fatalf("not within 10s: %s", what)
		}
	}
}

func numbered(from, to int) (messages []*message.Message) {
	for i := from; i <= to; i++ {
		messages = append(messages, newMessage(fmt.Sprint(i)))
	}
	return messages
}

func TestFactsAboutADelivery(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	sent := courier.To(newMessage("x"), "s.to")
	sent.Metadata.Set("k", "v")
	before := time.Now().Add(-time.Second)
	publish(t, f.pub, sent)
	got := take(t, subscribe(t, f.subscriber(t, courier.SubscriberConfig{})))
	defer got.Ack()
	stored := courier.StoredAt(got)
	if stored.Before(before) || stored.After(time.Now().Add(time.Second)) || stored.Location() != time.UTC {
		t.Errorf("StoredAt is %s", stored)
	}
	want := message.Metadata{
		"k": "v", courier.MetaStream: "S", courier.MetaSubject: "s.to", courier.MetaSequence: "1",
		courier.MetaDelivered: "1", courier.MetaOrder: "1", courier.MetaTime: stored.Format(time.RFC3339Nano),
	}
	if diff := cmp.Diff(want, got.Metadata); diff != "" || got.UUID != sent.UUID {
		t.Errorf("UUID %s, want %s; metadata:\n%s", got.UUID, sent.UUID, diff)
	}
}

func TestRefusedMessageComesNextInOrder(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	publish(t, f.pub, numbered(1, 3)...)
	delays := make(chan uint64, 10)
	messages := subscribe(t, f.subscriber(t, courier.SubscriberConfig{
		NakDelay: func(n uint64) time.Duration { delays <- n; return 20 * time.Millisecond },
	}))
	for i, want := range []struct {
		payload   string
		delivered uint64
		ack       bool
	}{{"1", 1, false}, {"1", 2, false}, {"1", 3, true}, {"2", 1, true}, {"3", 1, false}, {"3", 2, true}} {
		msg := take(t, messages)
		if string(msg.Payload) != want.payload || courier.Delivered(msg) != want.delivered || courier.Order(msg) != uint64(i+1) {
			t.Fatalf("delivery %d is %s for the %d. time with number %d; want %s for the %d. time", i+1,
				msg.Payload, courier.Delivered(msg), courier.Order(msg), want.payload, want.delivered)
		}
		if want.ack {
			msg.Ack()
		} else {
			msg.Nack()
		}
	}
	for _, want := range []uint64{1, 2, 1} {
		if got := <-delays; got != want {
			t.Errorf("NakDelay was asked about delivery %d; want %d", got, want)
		}
	}
	eventually(t, "work queue is empty", func() bool { return f.consumer(t).AckFloor.Stream == 3 })
}

func TestSlowHandlerKeepsItsMessage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	publish(t, f.pub, numbered(1, 3)...)
	messages := subscribe(t, f.subscriber(t, courier.SubscriberConfig{MaxInFlight: 2, AckWait: 300 * time.Millisecond}))
	first, second := take(t, messages), take(t, messages)
	silent(t, messages, 1500*time.Millisecond) // five times AckWait
	if again := f.consumer(t).NumRedelivered; again != 0 {
		t.Errorf("the server delivered %d messages again while their handlers worked", again)
	}
	first.Ack()
	third := take(t, messages)
	if string(third.Payload) != "3" {
		t.Errorf("after the first came %q; want the third message", third.Payload)
	}
	second.Ack()
	third.Ack()
}

func TestDeadSubscriberLosesItsMessage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	publish(t, f.pub, newMessage("1"))
	doomed := f.connect(t)
	sub := subscriber(t, doomed, courier.SubscriberConfig{Group: "g", Routing: f.routing, AckWait: 300 * time.Millisecond})
	lost := take(t, subscribe(t, sub))
	doomed.Close()
	messages := subscribe(t, f.subscriber(t, courier.SubscriberConfig{AckWait: 300 * time.Millisecond}))
	again := take(t, messages)
	if courier.Delivered(again) != 2 {
		t.Errorf("delivered %d times; want 2", courier.Delivered(again))
	}
	again.Ack()
	lost.Ack()
	closing(t, sub)
}

func TestMaxInFlightBoundsWhatIsOut(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	publish(t, f.pub, numbered(1, 20)...)
	messages := subscribe(t, f.subscriber(t, courier.SubscriberConfig{MaxInFlight: 4}))
	var held []*message.Message
	for range 4 {
		held = append(held, take(t, messages))
	}
	silent(t, messages, 100*time.Millisecond)
	for i := 5; i <= 20; i++ {
		held[0].Ack()
		held = append(held[1:], take(t, messages))
		if got := string(held[3].Payload); got != fmt.Sprint(i) {
			t.Fatalf("got %s; want %d: hand-out is in stream order", got, i)
		}
	}
	for _, msg := range held {
		msg.Ack()
	}
}

func TestDeliveryNumbersHaveNoGaps(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	publish(t, f.pub, numbered(1, 500)...)
	messages := subscribe(t, f.subscriber(t, courier.SubscriberConfig{
		MaxInFlight: 32, NakDelay: func(uint64) time.Duration { return 0 },
	}))
	done := map[string]bool{}
	var last, highest uint64
	for len(done) < 500 {
		msg := take(t, messages)
		if got := courier.Order(msg); got != last+1 {
			t.Fatalf("delivery %d has number %d", last+1, got)
		}
		last++
		if courier.Delivered(msg) == 1 {
			if s := courier.Sequence(msg); s <= highest {
				t.Fatalf("message %d came after %d for the first time", s, highest)
			}
			highest = courier.Sequence(msg)
		}
		if courier.Delivered(msg) == 1 && courier.Sequence(msg)%7 == 0 {
			go msg.Nack()
			continue
		}
		done[msg.UUID] = true
		go msg.Ack()
	}
	if want := uint64(500 + 500/7); last != want {
		t.Errorf("%d deliveries; want %d", last, want)
	}
}

func TestMaxBytesBoundsMemory(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	sizes := []int{4000, 4000, 4000, 100_000, 10, 4000, 50_000, 50_000, 4000}
	for _, size := range sizes {
		publish(t, f.pub, newMessage(string(make([]byte, size))))
	}
	messages := subscribe(t, f.subscriber(t, courier.SubscriberConfig{MaxInFlight: 64, MaxBytes: 10_000}))
	first, second := take(t, messages), take(t, messages)
	silent(t, messages, 200*time.Millisecond) // a third would be more than 10 kB
	first.Ack()
	second.Ack()
	for _, size := range sizes[2:] {
		msg := take(t, messages)
		if len(msg.Payload) != size {
			t.Fatalf("got %d bytes; want %d", len(msg.Payload), size)
		}
		msg.Ack()
	}
}

func TestConsumerThatVanishesIsMadeAgain(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	messages := subscribe(t, f.subscriber(t, courier.SubscriberConfig{}))
	eventually(t, "a pull request waits", func() bool { return f.consumer(t).NumWaiting == 1 })
	if err := f.js.DeleteConsumer(t.Context(), "S", "g_t"); err != nil {
		t.Fatal(err)
	}
	publish(t, f.pub, newMessage("1"))
	take(t, messages).Ack()
}

func TestSubscriberConfigIsChecked(t *testing.T) {
	t.Parallel()
	nc := startTestServer(t).connect(t)
	for name, cfg := range map[string]courier.SubscriberConfig{
		"no group": {}, "negative in flight": {Group: "g", MaxInFlight: -1}, "order and several": {Group: "g", MaxUnacked: 2},
		"less in all than in one": {Group: "g", MaxInFlight: 8, MaxUnacked: 4}, "short AckWait": {Group: "g", AckWait: 1},

		"short expiry": {Group: "g", PullExpiry: 1}, "negative drain": {Group: "g", DrainTimeout: -1},
		"negative bytes": {Group: "g", MaxBytes: -1},
	} {
		if _, err := courier.NewSubscriber(nc, cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := courier.NewSubscriber(nil, courier.SubscriberConfig{Group: "g"}); err == nil {
		t.Error("no connection: accepted")
	}
	sub := subscriber(t, nc, courier.SubscriberConfig{Group: "g"})
	if _, err := sub.Subscribe(t.Context(), "nowhere"); !courier.IsUnknownTopic(err) {
		t.Errorf("unknown topic: %v", err)
	}
	if _, err := sub.Subscribe(t.Context(), courier.TopicSubmissions); err == nil {
		t.Error("subscribed to a stream that does not exist")
	}
}
