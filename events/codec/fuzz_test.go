package codec_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/codec/codectest"
	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
)

// Whatever decodes also encodes, decodes to the same event again, and is what a
// plain JSON decoder makes of it.
func FuzzDecode(f *testing.F) {
	kinds := events.Current().Kinds()
	for seed := range 4 * len(kinds) {
		e := codectest.Events(events.Current()).Example(seed)
		data, err := codec.Encode(e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(byte(slices.Index(kinds, e.Kind())), data)
	}
	f.Fuzz(func(t *testing.T, n byte, data []byte) {
		k := kinds[int(n)%len(kinds)]
		e, err := codec.Decode(k, data)
		if err != nil {
			if _, ok := errors.AsType[*codec.Error](err); !ok {
				t.Fatalf("%T is no *Error: %v", err, err)
			}
			return
		}
		encoded, err := codec.Encode(e)
		if err != nil {
			t.Fatalf("decodes but does not encode: %v", err)
		}
		back, err := codec.Decode(k, encoded)
		if err != nil {
			t.Fatalf("%s does not decode: %v", encoded, err)
		}
		if diff := cmp.Diff(e, back); diff != "" {
			t.Fatalf("another event (-first +second):\n%s", diff)
		}
		plain, err := json.Marshal(plainly(t, k, data), json.Deterministic(true))
		if err != nil || !bytes.Equal(plain, encoded) {
			t.Fatalf("%v: plainly decoded it is %s, not %s", err, plain, encoded)
		}
	})
}

// plainly decodes without the plan and its shortcut.
func plainly(t *testing.T, k events.Kind, data []byte) any {
	t.Helper()
	var e any
	switch k.Type {
	case events.TypeJudgementRecorded:
		e = &events.JudgementRecorded{}
	case events.TypeCaseDescribed:
		e = &events.CaseDescribed{}
	case events.TypeInterviewRevised:
		e = &events.InterviewRevised{}
	default:
		decoded, err := codec.Decode(k, data)
		if err != nil {
			t.Fatal(err)
		}
		return decoded
	}
	if err := json.Unmarshal(data, e, json.RejectUnknownMembers(true)); err != nil {
		t.Fatal(err)
	}
	return e
}
