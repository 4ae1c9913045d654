package courier_test

import (
	"context"
	"errors"
	"testing"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/aboveline/aboveline/services/courier"
)

func TestPublishTellsWhatTheStreamSaid(t *testing.T) {
	t.Parallel()
	server := startTestServer(t)
	nc := server.connect(t)
	var acked []uint64
	pub := publisher(t, nc, courier.PublisherConfig{
		Routing: server.stream(t, nc, jetstream.StreamConfig{Name: "S"}),
		OnAck: func(topic string, _ *message.Message, ack *jetstream.PubAck) {
			if topic != "t" || ack.Stream != "S" {
				t.Errorf("OnAck for topic %q, stream %q", topic, ack.Stream)
			}
			acked = append(acked, ack.Sequence)
		},
	})
	first, second := newMessage("1"), newMessage("2")
	publish(t, pub, first, second)
	publish(t, pub, first)
	if got := []uint64{courier.Sequence(first), courier.Sequence(second)}; !cmp.Equal(got, []uint64{1, 2}) {
		t.Errorf("sequences are %v; want 1 and 2", got)
	}
	if first.Metadata.Get(courier.MetaDuplicate) != "true" || second.Metadata.Get(courier.MetaDuplicate) != "" {
		t.Errorf("duplicate marks: %q and %q; want only the first, which was published twice",
			first.Metadata.Get(courier.MetaDuplicate), second.Metadata.Get(courier.MetaDuplicate))
	}
	if diff := cmp.Diff([]uint64{1, 2, 1}, acked); diff != "" {
		t.Errorf("OnAck:\n%s", diff)
	}
}

func TestPublishNamesWhatFailed(t *testing.T) {
	t.Parallel()
	server := startTestServer(t)
	nc := server.connect(t)
	pub := publisher(t, nc, courier.PublisherConfig{
		Routing: server.stream(t, nc, jetstream.StreamConfig{Name: "S", MaxMsgSize: 1000}),
	})
	ended, end := context.WithCancel(t.Context())
	end()
	messages := []*message.Message{
		newMessage("stored"), newMessage(string(make([]byte, 2000))), newMessage("stored too"),
		courier.To(newMessage("lost"), "s.bad token"), message.NewMessageWithContext(ended, "ended", nil),
		newMessage(string(make([]byte, 9<<20))),
		{UUID: "\n"},
	}
	err := pub.Publish("t", messages...)
	var failed *courier.PublishError
	if !errors.As(err, &failed) || failed.Of != len(messages) {
		t.Fatalf("Publish: %v; want a PublishError", err)
	}
	var indexes []int
	for _, f := range failed.Failed {
		indexes = append(indexes, f.Index)
		if f.UUID != messages[f.Index].UUID || f.Err == nil {
			t.Errorf("failure %d names %q, %v", f.Index, f.UUID, f.Err)
		}
	}
	if diff := cmp.Diff([]int{1, 3, 4, 5, 6}, indexes); diff != "" {
		t.Errorf("failed messages:\n%s\n%v", diff, err)
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v; want the cause of message 4 to be found", err)
	}
	if courier.Sequence(messages[0]) != 1 || courier.Sequence(messages[2]) != 2 {
		t.Error("the other messages are not marked as stored")
	}
}

func TestPublishToTheWrongPlace(t *testing.T) {
	t.Parallel()
	server := startTestServer(t)
	nc := server.connect(t)
	routing := server.stream(t, nc, jetstream.StreamConfig{Name: "S"})
	server.stream(t, nc, jetstream.StreamConfig{Name: "OTHER"})
	pub := publisher(t, nc, courier.PublisherConfig{Routing: routing})
	if err := pub.Publish("nowhere", newMessage("")); !courier.IsUnknownTopic(err) {
		t.Errorf("unknown topic: %v", err)
	}
	if err := pub.Publish("t", courier.To(newMessage(""), "other.x")); err == nil {
		t.Error("a message for another stream was published")
	}
	if err := publisher(t, nc, courier.PublisherConfig{}).Publish(courier.TopicSubmissions, newMessage("")); err == nil {
		t.Error("a submission without a subject was published")
	}
	closing(t, pub)
	closing(t, pub)
	if err := pub.Publish("t", newMessage("")); !courier.IsClosed(err) {
		t.Errorf("publish after Close: %v", err)
	}
	if nc.IsClosed() {
		t.Error("Close closed the caller's connection")
	}
}
