package courier

import (
	"maps"
	"net/url"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"pgregory.net/rapid"
)

// wire sends headers through a real server and returns what arrives.
func wire(t *testing.T) func(nats.Header) (nats.Header, error) {
	t.Helper()
	s, err := server.NewServer(&server.Options{DontListen: true, NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	nc, err := nats.Connect("", nats.InProcessServer(s))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	sub, err := nc.SubscribeSync("x")
	if err != nil {
		t.Fatal(err)
	}
	return func(h nats.Header) (nats.Header, error) {
		if err := nc.PublishMsg(&nats.Msg{Subject: "x", Header: h, Data: []byte("x")}); err != nil {
			return nil, err
		}
		m, err := sub.NextMsg(5 * time.Second)
		if err != nil {
			return nil, err
		}
		return m.Header, nil
	}
}

// bytesString draws any string, valid UTF-8 or not, often with what headers cannot hold.
func bytesString() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.String(),
		rapid.StringMatching(`[ \t\r\n%:a-zA-Zé,&=;+"-]{0,8}`),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
		rapid.SampledFrom([]string{
			"", " ", "%", "%41", "Nats-Rollup", "nats-ttl", "Status", "Description", "status", "Nats-Msg-Id", "Courier-Escaped",
			"courier:order", "courier:multiple", "correlation_id", "Authorization", "Zoë", "a b", "100", " x ", "\x00",
		}))
}

func TestMetadataSurvivesTheWire(t *testing.T) {
	send := wire(t)
	rapid.Check(t, func(rt *rapid.T) {
		uuid := rapid.OneOf(rapid.Just(""), rapid.StringMatching(`[a-zA-Z0-9é_-]{1,36}`)).Draw(rt, "uuid")
		sent := message.NewMessage(uuid, nil)
		for key, values := range rapid.MapOf(bytesString(), rapid.SliceOfN(bytesString(), 1, 3)).Draw(rt, "metadata") {
			if len(key) < len(metaPrefix) || key[:len(metaPrefix)] != metaPrefix {
				SetValues(sent, key, values...)
			}
		}
		want := maps.Clone(sent.Metadata)
		header, err := toHeader(sent)
		if err != nil {
			rt.Fatalf("toHeader: %v", err)
		}
		arrived, err := send(header)
		if err != nil {
			rt.Fatalf("sending %q: %v", header, err)
		}
		gotUUID, got := toMetadata(arrived)
		if gotUUID != uuid {
			rt.Errorf("UUID %q arrived as %q", uuid, gotUUID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Errorf("metadata changed on the way (-sent +received):\n%s\nheaders: %q", diff, arrived)
		}
	})
}

func TestForeignHeadersSurvive(t *testing.T) {
	send := wire(t)
	names := rapid.OneOf(rapid.StringMatching(`[A-Za-z0-9%_!~.-]{1,10}`),
		rapid.SampledFrom([]string{
			"Courier-Escaped", "Nats-Msg-Id", "Status", "Description", "Nats-TTL", "%", "%41", "courier%3Aorder",
		}))
	values := rapid.OneOf(rapid.StringMatching(`([A-Za-zé%&=,;+-]([ A-Za-z%]*[a-z%])?)?`),
		rapid.SampledFrom([]string{"", "%41", "%20x", "%"}))
	rapid.Check(t, func(rt *rapid.T) {
		header := nats.Header(rapid.MapOf(names, rapid.SliceOfN(values, 1, 4)).Draw(rt, "header"))
		arrived, err := send(header)
		if err != nil {
			rt.Fatalf("sending %q: %v", header, err)
		}
		uuid, md := toMetadata(arrived)
		if uuid != header.Get("Nats-Msg-Id") {
			rt.Errorf("UUID is %q; want the first Nats-Msg-Id", uuid)
		}
		if _, escaped := header[escapedHeader]; !escaped {
			for name, want := range header {
				if name == "Nats-Msg-Id" && len(want) == 1 {
					continue
				}
				if diff := cmp.Diff(want, Values(&message.Message{Metadata: md}, name)); diff != "" {
					rt.Errorf("header %q (-sent +read):\n%s", name, diff)
				}
			}
		}
		// Whatever was read can be sent on and reads the same.
		again := message.NewMessage(uuid, nil)
		again.Metadata = maps.Clone(md)
		onward, err := toHeader(again)
		if err != nil {
			rt.Fatalf("toHeader: %v", err)
		}
		if arrived, err = send(onward); err != nil {
			rt.Fatalf("sending on %q: %v", onward, err)
		}
		if _, got := toMetadata(arrived); !cmp.Equal(md, got) {
			rt.Errorf("sent on (-first +second):\n%s", cmp.Diff(md, got))
		}
		for name := range onward {
			if reserved(name) && name != "Nats-Msg-Id" {
				rt.Errorf("header %q with a meaning for the server was sent on", name)
			}
		}
	})
}

func TestValuesFollowTheMetadata(t *testing.T) {
	t.Parallel()
	msg := message.NewMessage("id", nil)
	SetValues(msg, "k", "a", "b")
	if got := msg.Metadata.Get("k"); got != "a" {
		t.Errorf("the key holds %q; want the first value", got)
	}
	if diff := cmp.Diff([]string{"a", "b"}, Values(msg, "k")); diff != "" {
		t.Error(diff)
	}
	msg.Metadata.Set("k", "c")
	if diff := cmp.Diff([]string{"c"}, Values(msg, "k")); diff != "" {
		t.Errorf("after Set:\n%s", diff)
	}
	SetValues(msg, "k")
	if got := Values(msg, "k"); got != nil {
		t.Errorf("after removal: %q", got)
	}
	msg.Metadata[MetaMultiple] = url.Values{"x": {"1", "2"}}.Encode()
	if got := Values(msg, "x"); got != nil {
		t.Errorf("a key that is only listed has values %q", got)
	}
}

func TestUUIDThatNoHeaderHolds(t *testing.T) {
	t.Parallel()
	for _, uuid := range []string{" x", "x\n", "a\x00", "\xff"} {
		if _, err := toHeader(message.NewMessage(uuid, nil)); err == nil {
			t.Errorf("UUID %q was accepted", uuid)
		}
	}
}
