package courier_test

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/aboveline/aboveline/services/courier"
)

// testServer is an embedded server that can be stopped and started again on the same store and port.
type testServer struct {
	mu   sync.Mutex
	opts server.Options
	nats *server.Server
}

func newTestServer(dir string) (*testServer, error) {
	s := &testServer{opts: server.Options{
		ServerName: "courier-test", Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: dir, NoSigs: true,
		NoLog: true, MaxPayload: 8 << 20, JetStreamMaxStore: 1 << 30, JetStreamMaxMemory: 1 << 20,
		SyncInterval: 100 * time.Millisecond,
	}}
	return s, s.start()
}

func startTestServer(t testing.TB) *testServer {
	t.Helper()
	s, err := newTestServer(t.TempDir())
	if err != nil {
		t.Fatalf("starting a NATS server: %v", err)
	}
	t.Cleanup(s.stop)
	return s
}

func (s *testServer) start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	opts := s.opts
	n, err := server.NewServer(&opts)
	if err != nil {
		return err
	}
	n.Start()
	if !n.ReadyForConnections(10 * time.Second) {
		return context.DeadlineExceeded
	}
	s.opts.Port = opts.Port // the one that was chosen
	s.nats = n
	return nil
}

func (s *testServer) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nats.Shutdown()
	s.nats.WaitForShutdown()
}

func (s *testServer) restart(t testing.TB) {
	t.Helper()
	s.stop()
	if err := s.start(); err != nil {
		t.Fatalf("starting the NATS server again: %v", err)
	}
}

func (s *testServer) url() string { return s.nats.ClientURL() }

func (s *testServer) connect(t testing.TB) *nats.Conn {
	t.Helper()
	nc, err := courier.Connect(t.Context(), courier.ConnectConfig{URL: s.url(), Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

// stream makes a stream NAME for the subjects name.> and returns a routing table for the topic "t" in it.
func (s *testServer) stream(t testing.TB, nc *nats.Conn, cfg jetstream.StreamConfig) courier.Routing {
	t.Helper()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	prefix := strings.ToLower(cfg.Name)
	cfg.Subjects = []string{prefix + ".>"}
	if _, err := js.CreateStream(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	return courier.Routes{"t": {
		Stream: cfg.Name, Filter: prefix + ".>",
		SubjectOf: func(_ string, msg *message.Message) (string, error) {
			if to := msg.Metadata.Get(courier.MetaTo); to != "" {
				return to, nil
			}
			return prefix + ".x", nil
		},
	}}.Find
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func publisher(t testing.TB, nc *nats.Conn, cfg courier.PublisherConfig) *courier.Publisher {
	t.Helper()
	pub, err := courier.NewPublisher(nc, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closing(t, pub) })
	return pub
}

func subscriber(t testing.TB, nc *nats.Conn, cfg courier.SubscriberConfig) *courier.Subscriber {
	t.Helper()
	if cfg.Log == nil {
		cfg.Log = quiet()
	}
	sub, err := courier.NewSubscriber(nc, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closing(t, sub) })
	return sub
}

func closing(t testing.TB, c io.Closer) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func subscribe(t testing.TB, sub *courier.Subscriber) <-chan *message.Message {
	t.Helper()
	messages, err := sub.Subscribe(t.Context(), "t")
	if err != nil {
		t.Fatal(err)
	}
	return messages
}

func publish(t testing.TB, pub *courier.Publisher, messages ...*message.Message) {
	t.Helper()
	if err := pub.Publish("t", messages...); err != nil {
		t.Fatal(err)
	}
}

func newMessage(payload string) *message.Message {
	return message.NewMessage(watermill.NewUUID(), message.Payload(payload))
}

// take receives one message or fails.
func take(t testing.TB, messages <-chan *message.Message) *message.Message {
	t.Helper()
	select {
	case msg, ok := <-messages:
		if !ok {
			t.Fatal("channel closed; want a message")
		}
		return msg
	case <-time.After(10 * time.Second):
		t.Fatal("no message within 10s")
	}
	return nil
}

// silent fails if a message comes within d.
func silent(t testing.TB, messages <-chan *message.Message, d time.Duration) {
	t.Helper()
	select {
	case msg, ok := <-messages:
		if ok {
			t.Fatalf("got message %s (%q); want none", msg.UUID, msg.Payload)
		}
		t.Fatal("channel closed; want it open and silent")
	case <-time.After(d):
	}
}
