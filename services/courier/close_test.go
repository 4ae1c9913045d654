package courier_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/aboveline/aboveline/services/courier"
)

func TestCloseWaitsForHandlers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	publish(t, f.pub, numbered(1, 2)...)
	sub := f.subscriber(t, courier.SubscriberConfig{MaxInFlight: 2})
	messages := subscribe(t, sub)
	first, second := take(t, messages), take(t, messages)
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		closing(t, sub)
	}()
	if _, open := <-messages; open {
		t.Fatal("a message after Close")
	}
	if err := first.Context().Err(); err != nil {
		t.Errorf("Close ended the context of a message in flight at once: %v", err)
	}
	select {
	case <-closed:
		t.Fatal("Close did not wait for the handlers")
	case <-time.After(100 * time.Millisecond):
	}
	first.Ack()
	second.Ack()
	<-closed
	closing(t, sub)
	if got := f.consumer(t); got.AckFloor.Stream != 2 || got.NumAckPending != 0 {
		t.Errorf("after Close %d messages are unacknowledged; the answers should have reached the server", got.NumAckPending)
	}
	if f.nc.IsClosed() {
		t.Error("Close closed the caller's connection")
	}
	if _, err := sub.Subscribe(t.Context(), "t"); !courier.IsClosed(err) {
		t.Errorf("Subscribe after Close: %v", err)
	}
}

func TestCloseGivesBackWhatIsNotDone(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	publish(t, f.pub, numbered(1, 8)...)
	cfg := courier.SubscriberConfig{MaxInFlight: 8, DrainTimeout: 100 * time.Millisecond} // AckWait is 30 s
	sub := f.subscriber(t, cfg)
	messages := subscribe(t, sub)
	hung := take(t, messages)
	done := take(t, messages)
	done.Ack()
	closing(t, sub)
	select {
	case <-hung.Context().Done():
	default:
		t.Error("the context of the hung message has not ended")
	}
	again := subscribe(t, f.subscriber(t, cfg))
	seen := map[string]bool{}
	for range 7 {
		msg := take(t, again)
		seen[string(msg.Payload)] = true
		msg.Ack()
	}
	if len(seen) != 7 || seen[string(done.Payload)] {
		t.Errorf("came again: %v; want all but %s", seen, done.Payload)
	}
	if hung.Ack() {
		silent(t, again, 50*time.Millisecond) // a late Ack changes nothing
	}
}

func TestEndOfContextEndsTheSubscription(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	publish(t, f.pub, numbered(1, 2)...)
	sub := f.subscriber(t, courier.SubscriberConfig{NakDelay: func(uint64) time.Duration { return 0 }})
	ctx, cancel := context.WithCancel(t.Context())
	messages, err := sub.Subscribe(ctx, "t")
	if err != nil {
		t.Fatal(err)
	}
	msg := take(t, messages)
	cancel()
	<-msg.Context().Done()
	msg.Nack()
	if _, open := <-messages; open {
		t.Error("a message after the end of the context")
	}
	again := subscribe(t, sub)
	for i := range 2 {
		msg := take(t, again)
		if got := string(msg.Payload); got != fmt.Sprint(i+1) {
			t.Errorf("got %s; want %d", got, i+1)
		}
		msg.Ack()
	}
}

// TestEndsInTheMiddleOfDelivery ends subscriptions by Close and by context from several goroutines while messages flow.
// Every message must be handled in the end; nothing may be sent on a closed channel (it would panic).
func TestEndsInTheMiddleOfDelivery(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const total = 2000
	publish(t, f.pub, numbered(1, total)...)
	var mu sync.Mutex
	done := map[string]bool{}
	finished := make(chan struct{})
	handle := func(msg *message.Message) {
		msg.Ack()
		mu.Lock()
		defer mu.Unlock()
		if !done[msg.UUID] {
			if done[msg.UUID] = true; len(done) == total {
				close(finished)
			}
		}
	}
	for round := 0; ; round++ {
		select {
		case <-finished:
			t.Logf("%d messages in %d subscriptions", total, round)
			return
		default:
		}
		sub := f.subscriber(t, courier.SubscriberConfig{MaxInFlight: 16})
		ctx, cancel := context.WithCancel(t.Context())
		messages, err := sub.Subscribe(ctx, "t")
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 5 + round%40 {
			select {
			case msg := <-messages:
				wg.Go(func() { handle(msg) })
				continue
			case <-finished:
			case <-time.After(10 * time.Second):
				t.Errorf("nothing came for 10s; %d of %d messages after %d subscriptions", len(done), total, round)
			}
			break
		}
		wg.Go(cancel)
		wg.Go(func() { closing(t, sub) })
		wg.Go(func() { closing(t, sub) })
		for msg := range messages {
			handle(msg)
		}
		wg.Wait()
		if t.Failed() {
			return
		}
	}
}
