package courier_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"

	"github.com/aboveline/aboveline/services/courier"
)

// publishRaw publishes with a header block that nats.go would never write.
func publishRaw(t *testing.T, f *fixture, header, payload string) {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(f.url(), "nats://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "CONNECT {\"headers\":true,\"verbose\":false}\r\nHPUB s.x %d %d\r\n%s%s\r\nPING\r\n",
		len(header), len(header)+len(payload), header, payload)
	if err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "PONG") {
			return
		}
		if strings.HasPrefix(lines.Text(), "-ERR") {
			t.Fatalf("server: %s", lines.Text())
		}
	}
	t.Fatal("connection ended before PONG")
}

func TestForeignMessagesNeverStopTheOthers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if err := courier.EnsureStreams(t.Context(), f.js, 1); err != nil {
		t.Fatal(err)
	}
	send := func(header nats.Header, data string) {
		if _, err := f.js.PublishMsg(t.Context(), &nats.Msg{Subject: "s.x", Header: header, Data: []byte(data)}); err != nil {
			t.Fatal(err)
		}
	}
	send(nats.Header{"Accept": {"a", "b", ""}, "accept": {"c"}, "Empty": {""}, "Emoji": {"Zoë ☂"}}, "many")
	// Empty payloads with the headers by which nats.go tells a server's status; its own iterators swallow them.
	send(nats.Header{"Status": {"404"}, "Description": {"No Messages"}}, "")
	send(nats.Header{"Status": {"409"}, "Description": {"Consumer Deleted"}}, "")
	send(nats.Header{"Status": {"400"}}, "")
	publishRaw(t, f, "NATS/1.0\r\nno colon here\r\n\r\n", "malformed")
	publishRaw(t, f, "NATS/1.0 503\r\n\r\n", "")
	send(nil, "last")

	messages := subscribe(t, f.subscriber(t, courier.SubscriberConfig{}))
	msg := take(t, messages)
	for key, want := range map[string][]string{
		"Accept": {"a", "b", ""}, "accept": {"c"}, "Empty": {""}, "Emoji": {"Zoë ☂"}, "absent": nil,
	} {
		if diff := cmp.Diff(want, courier.Values(msg, key)); diff != "" {
			t.Errorf("header %q:\n%s", key, diff)
		}
	}
	if msg.UUID != "S-1" {
		t.Errorf("UUID of a message without one is %q; want S-1", msg.UUID)
	}
	msg.Ack()
	for _, status := range []string{"404", "409", "400", ""} { // the server itself takes the status off a first line
		msg := take(t, messages)
		if got := msg.Metadata.Get("Status"); got != status {
			t.Errorf("Status is %q; want %q", got, status)
		}
		msg.Ack()
	}
	last := take(t, messages)
	if string(last.Payload) != "last" || courier.Order(last) != 6 {
		t.Errorf("got %q with number %d; want the last as delivery 6", last.Payload, courier.Order(last))
	}
	last.Ack()

	parked, err := f.js.Stream(t.Context(), courier.StreamParked)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := parked.GetMsg(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if string(kept.Data) != "malformed" || kept.Subject != "parked.rejected.S" || kept.Header.Get("Origin-Sequence") != "5" ||
		kept.Header.Get("Origin-Subject") != "s.x" || kept.Header.Get("Reason") == "" {
		t.Errorf("parked: %s %v %q", kept.Subject, kept.Header, kept.Data)
	}
	eventually(t, "work queue is empty", func() bool { return f.consumer(t).AckFloor.Stream == 7 })
}

func TestRejectedMessageThatCannotBeParkedComesAgain(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	publishRaw(t, f, "NATS/1.0\r\nno colon here\r\n\r\n", "malformed")
	publish(t, f.pub, newMessage("next"))
	rejected := make(chan courier.Rejected, 10)
	fail := errors.New("no place to put it")
	messages := subscribe(t, f.subscriber(t, courier.SubscriberConfig{
		MaxInFlight: 2, NakDelay: func(uint64) time.Duration { return 10 * time.Millisecond },
		Reject: func(_ context.Context, r courier.Rejected) error {
			rejected <- r
			if r.Delivered < 3 {
				return fail
			}
			return nil
		},
	}))
	take(t, messages).Ack()
	for n := uint64(1); n <= 3; n++ {
		r := <-rejected
		if r.Delivered != n || r.Stream != "S" || r.Sequence != 1 || string(r.Data) != "malformed" || r.Err == nil {
			t.Errorf("rejection %d: %+v", n, r)
		}
	}
	eventually(t, "the message is gone from the work queue", func() bool {
		stream, err := f.js.Stream(t.Context(), "S")
		return err == nil && stream.CachedInfo().State.Msgs == 0
	})
}
