package codec_test

import (
	"testing"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/codec/codectest"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"
)

func TestMessagesRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := codectest.Events(events.Current()).Draw(t, "event")
		data, err := codec.Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		instant := rapid.Map(rapid.Int64Range(0, 1<<50), func(us int64) time.Time { return time.UnixMicro(us).UTC() })
		want := events.Recorded{
			Programme: "p", Position: events.Position(rapid.Uint64().Draw(t, "position")), ID: uuid.UUID{1},
			Stream: "programme", Revision: 3, Type: e.Kind().Type, TypeVersion: e.Kind().Version,
			OccurredAt: instant.Draw(t, "occurred"), RecordedAt: instant.Draw(t, "recorded"),
			Actor: "anna", Inspection: events.InspectionID(rapid.StringMatching(`[a-z]*`).Draw(t, "inspection")),
			Causation: uuid.UUID{2}, Digest: [32]byte{3, 0xff}, Data: data, Leaf: [32]byte{31: 4},
		}
		line, err := codec.MessageOf(&want).Encode()
		if err != nil {
			t.Fatal(err)
		}
		m, err := codec.DecodeMessage(line)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if diff := cmp.Diff(want, m.Recorded()); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

func TestDecodeMessageRefuses(t *testing.T) {
	t.Parallel()
	for _, line := range []string{``, `{"digest":"00"}`, `{"digest":"` + string(make([]byte, 64)) + `"}`, `{"surprise":1}`} {
		if m, err := codec.DecodeMessage([]byte(line)); err == nil {
			t.Errorf("%s: got %v", line, m)
		}
	}
}
