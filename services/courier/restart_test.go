package courier_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aboveline/aboveline/services/courier"
)

func TestServerRestartsLoseNothing(t *testing.T) {
	t.Parallel()
	for _, maxInFlight := range []int{1, 64} {
		t.Run(fmt.Sprint(maxInFlight), func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			messages := subscribe(t, f.subscriber(t, courier.SubscriberConfig{MaxInFlight: maxInFlight, AckWait: time.Second}))
			const publishers, each = 10, 200
			var sent sync.Map
			var sending sync.WaitGroup
			for p := range publishers {
				sending.Go(func() {
					for i := range each {
						msg := newMessage(fmt.Sprintf("%d-%d", p, i))
						sent.Store(msg.UUID, true)
						for stored := false; !stored; { // again with the same UUID
							stored = f.pub.Publish("t", msg) == nil
						}
					}
				})
			}
			received := map[string]bool{}
			var last uint64
			for len(received) < publishers*each {
				msg := take(t, messages)
				if got := courier.Order(msg); got != last+1 {
					t.Fatalf("delivery %d has number %d", last+1, got)
				}
				last++
				if _, known := sent.Load(msg.UUID); !known {
					t.Fatalf("received %s, which nobody sent", msg.UUID)
				}
				if !received[msg.UUID] && (len(received) == 500 || len(received) == 1200) {
					f.restart(t)
				}
				received[msg.UUID] = true
				msg.Ack()
			}
			sending.Wait()
			t.Logf("%d messages in %d deliveries over two restarts", len(received), last)
		})
	}
}

// TestMessageHeldOverARestart holds a message while the server restarts and delivers it again after AckWait: the handler
// that has it keeps it, and its answer settles the new delivery.
func TestMessageHeldOverARestart(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	publish(t, f.pub, numbered(1, 2)...)
	messages := subscribe(t, f.subscriber(t, courier.SubscriberConfig{MaxInFlight: 4, AckWait: 300 * time.Millisecond}))
	first := take(t, messages)
	take(t, messages).Ack()
	eventually(t, "the second message is settled", func() bool { return f.consumer(t).NumAckPending == 1 })
	f.stop()
	silent(t, messages, 500*time.Millisecond)
	if err := f.start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "connection is back", f.nc.IsConnected)
	eventually(t, "the server delivers the first message again", func() bool { return f.consumer(t).NumRedelivered == 1 })
	silent(t, messages, 500*time.Millisecond)
	first.Ack()
	eventually(t, "both messages are settled", func() bool { return f.consumer(t).AckFloor.Stream == 2 })
	publish(t, f.pub, newMessage("3"))
	third := take(t, messages)
	if string(third.Payload) != "3" || courier.Order(third) != 3 {
		t.Errorf("got %s with number %d; want 3 as the third delivery", third.Payload, courier.Order(third))
	}
	third.Ack()
}
