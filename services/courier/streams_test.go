package courier_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/aboveline/aboveline/services/courier"
)

func TestEnsureStreams(t *testing.T) {
	t.Parallel()
	nc := startTestServer(t).connect(t)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	if err := courier.EnsureStreams(t.Context(), js, 0); err == nil {
		t.Error("0 replicas were accepted")
	}
	// An operator's stream with a size limit and an old age is brought up to date and keeps the limit.
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{
		Name: courier.StreamReceipts, Subjects: []string{"receipts.*"}, MaxAge: time.Hour, MaxBytes: 1 << 20, Description: "ours",
	}); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := courier.EnsureStreams(t.Context(), js, 1); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for name, want := range map[string]struct {
		retention jetstream.RetentionPolicy
		age       time.Duration
		bytes     int64
		subject   string
	}{
		courier.StreamSubmissions: {jetstream.WorkQueuePolicy, 0, -1, "submissions.>"},
		courier.StreamReceipts:    {jetstream.LimitsPolicy, 7 * 24 * time.Hour, 1 << 20, "receipts.>"},
		courier.StreamParked:      {jetstream.LimitsPolicy, 0, -1, "parked.>"},
	} {
		stream, err := js.Stream(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		got := stream.CachedInfo().Config
		if got.Retention != want.retention || got.MaxAge != want.age || got.MaxBytes != want.bytes ||
			got.Storage != jetstream.FileStorage || len(got.Subjects) != 1 || got.Subjects[0] != want.subject {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestEnsureStreamsRefusesWhatCannotChange(t *testing.T) {
	t.Parallel()
	for setting, cfg := range map[string]jetstream.StreamConfig{
		"storage":   {Storage: jetstream.MemoryStorage, Retention: jetstream.WorkQueuePolicy},
		"retention": {Retention: jetstream.LimitsPolicy},
	} {
		nc := startTestServer(t).connect(t)
		js, err := jetstream.New(nc)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Name, cfg.Subjects = courier.StreamSubmissions, []string{"submissions.>"}
		if _, err := js.CreateStream(t.Context(), cfg); err != nil {
			t.Fatal(err)
		}
		err = courier.EnsureStreams(t.Context(), js, 1)
		var mismatch *courier.StreamMismatch
		if !errors.As(err, &mismatch) || mismatch.Setting != setting || mismatch.Stream != courier.StreamSubmissions {
			t.Errorf("%s: %v; want a StreamMismatch", setting, err)
		}
		if _, err := js.Stream(t.Context(), courier.StreamParked); !errors.Is(err, jetstream.ErrStreamNotFound) {
			t.Errorf("%s: other streams were made before the refusal (%v)", setting, err)
		}
	}
}

func TestStandardRoutes(t *testing.T) {
	t.Parallel()
	nc := startTestServer(t).connect(t)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	if err := courier.EnsureStreams(t.Context(), js, 1); err != nil {
		t.Fatal(err)
	}
	pub := publisher(t, nc, courier.PublisherConfig{})
	subject := courier.SubmissionSubject("p", "", "a.b")
	if err := pub.Publish(courier.TopicSubmissions, courier.To(newMessage("x"), subject)); err != nil {
		t.Fatal(err)
	}
	recorder, support := courier.SubscriberConfig{Group: "recorder"}, courier.SubscriberConfig{Group: "support"}
	submissions, err := subscriber(t, nc, recorder).Subscribe(t.Context(), courier.TopicSubmissions)
	if err != nil {
		t.Fatal(err)
	}
	poison := take(t, submissions)
	// A poison queue publishes the received message itself.
	if err := pub.Publish(courier.TopicParked, poison); err != nil {
		t.Fatal(err)
	}
	poison.Ack()
	parked, err := subscriber(t, nc, support).Subscribe(t.Context(), courier.TopicParked)
	if err != nil {
		t.Fatal(err)
	}
	got := take(t, parked)
	if got.Metadata.Get(courier.MetaSubject) != "parked."+subject || got.UUID != poison.UUID || string(got.Payload) != "x" {
		t.Errorf("parked as %s %s %q", got.Metadata.Get(courier.MetaSubject), got.UUID, got.Payload)
	}
	got.Ack()
	if err := pub.Publish(courier.TopicReceipts, courier.To(newMessage("r"), courier.ReceiptSubject("id"))); err != nil {
		t.Error(err)
	}
}

func TestConnectWaitsForTheServer(t *testing.T) {
	t.Parallel()
	server := startTestServer(t)
	url := server.url()
	server.stop()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := courier.Connect(ctx, courier.ConnectConfig{URL: url, Log: quiet()}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Connect to a server that is away: %v", err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		nc, err := courier.Connect(t.Context(), courier.ConnectConfig{URL: url, Log: quiet()})
		if err != nil {
			t.Error(err)
			return
		}
		nc.Close()
	})
	if err := server.start(); err != nil {
		t.Error(err)
	}
	wg.Wait()
	if _, err := courier.Connect(t.Context(), courier.ConnectConfig{URL: url, Credentials: "/does/not/exist"}); err == nil {
		t.Error("missing credentials file was accepted")
	}
	if _, err := courier.Connect(t.Context(), courier.ConnectConfig{}); err == nil {
		t.Error("no URL was accepted")
	}
}
