package courier_test

import (
	"fmt"
	"testing"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/aboveline/aboveline/services/courier"
)

// BenchmarkPublish stores messages of 300 bytes, so many in each call.
func BenchmarkPublish(b *testing.B) {
	for _, batch := range []int{1, 100} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			server := startTestServer(b)
			nc := server.connect(b)
			pub := publisher(b, nc, courier.PublisherConfig{Routing: server.stream(b, nc, jetstream.StreamConfig{Name: "S"})})
			payload := make([]byte, 300)
			for b.Loop() {
				messages := make([]*message.Message, batch)
				for i := range messages {
					messages[i] = message.NewMessage(watermill.NewUUID(), payload)
				}
				publish(b, pub, messages...)
			}
			b.ReportMetric(float64(b.N*batch)/b.Elapsed().Seconds(), "msg/s")
		})
	}
}

// BenchmarkDeliver hands out messages of 300 bytes that are acknowledged at once.
func BenchmarkDeliver(b *testing.B) {
	for _, maxInFlight := range []int{1, 64, 512} {
		b.Run(fmt.Sprintf("in_flight=%d", maxInFlight), func(b *testing.B) {
			server := startTestServer(b)
			nc := server.connect(b)
			routing := server.stream(b, nc, jetstream.StreamConfig{Name: "S"})
			pub := publisher(b, nc, courier.PublisherConfig{Routing: routing})
			payload := make([]byte, 300)
			const ahead = 1000
			send := func() {
				messages := make([]*message.Message, ahead)
				for i := range messages {
					messages[i] = message.NewMessage(watermill.NewUUID(), payload)
				}
				publish(b, pub, messages...)
			}
			for range b.N/ahead + 1 {
				send()
			}
			messages := subscribe(b, subscriber(b, nc, courier.SubscriberConfig{
				Group: "g", Routing: routing, MaxInFlight: maxInFlight,
			}))
			b.ResetTimer()
			for range b.N {
				take(b, messages).Ack()
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
		})
	}
}
