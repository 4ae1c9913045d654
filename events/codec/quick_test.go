package codec

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/aboveline/aboveline/events"
)

// The quick way makes what the strict one makes of the same bytes, and accepts
// nothing that the strict one refuses, however the bytes are damaged.
func TestQuickIsStrict(t *testing.T) {
	t.Parallel()
	careful, err := New(events.Current())
	if err != nil {
		t.Fatal(err)
	}
	careful.quickJudgement = false
	eager, err := New(events.Current())
	if err != nil {
		t.Fatal(err)
	}
	sealed := func(t *rapid.T, label string) *events.Sealed {
		id := uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, label+" key"))
		return &events.Sealed{Key: id, Box: rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, label)}
	}
	rapid.Check(t, func(t *rapid.T) {
		question := events.QuestionID(rapid.StringMatching(`[0-9.a-z"\\é]{0,8}`).Draw(t, "question"))
		var note *events.Sealed
		if rapid.Bool().Draw(t, "noted") {
			note = sealed(t, "note")
		}
		e := rapid.SampledFrom([]events.Event{
			events.JudgementRecorded{Question: question, Answer: "yes", Note: note},
			events.JudgementRevised{Question: question, Answer: "no", Reason: sealed(t, "reason"), Note: note},
			events.JudgementWithdrawn{Question: question, Reason: sealed(t, "reason"), Note: note},
		}).Draw(t, "event")
		data, err := Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		if rapid.Bool().Draw(t, "damaged") {
			at := rapid.IntRange(0, len(data)-1).Draw(t, "at")
			switch rapid.IntRange(0, 2).Draw(t, "how") {
			case 0:
				data[at] = rapid.Byte().Draw(t, "byte")
			case 1:
				data = append(data[:at], data[at+1:]...)
			default:
				data = data[:at]
			}
		}
		quick, ok := eager.quick(e.Kind(), data)
		if !ok {
			return
		}
		strict, err := careful.Decode(e.Kind(), data)
		if err != nil {
			t.Fatalf("the strict decoder refuses %s: %v", data, err)
		}
		if diff := cmp.Diff(strict, quick); diff != "" {
			t.Fatalf("%s (-strict +quick):\n%s", data, diff)
		}
	})
}
