package entry_test

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/entry/entrytest"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

func TestEveryKindHasASample(t *testing.T) {
	t.Parallel()
	var got []entry.Kind
	for _, e := range entrytest.Samples() {
		got = append(got, e.Kind)
	}
	if diff := cmp.Diff(entry.Kinds(), got); diff != "" {
		t.Errorf("kinds of the samples (-want +got):\n%s", diff)
	}
}

// The digests in ledgers are taken over these bytes: this file only grows.
func TestCanonicalNeverChanges(t *testing.T) {
	t.Parallel()
	golden, err := os.ReadFile("testdata/canonical.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSuffix(string(golden), "\n"), "\n")
	var got []string
	for _, e := range entrytest.Samples() {
		b, err := e.Canonical()
		if err != nil {
			t.Fatalf("%s: %v", e.Kind, err)
		}
		got = append(got, string(b))
		back, err := entry.Decode(b)
		if err != nil {
			t.Fatalf("%s: %v", e.Kind, err)
		}
		if diff := cmp.Diff(e, back, sameEntry()); diff != "" {
			t.Errorf("%s decodes to another entry (-want +got):\n%s", e.Kind, diff)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("canonical bytes changed (-want +got):\n%s", diff)
	}
}

func sameEntry() cmp.Option {
	return cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) && a.Location() == b.Location() })
}

func TestDecodeKeepsTheIDOfARefusedEntry(t *testing.T) {
	t.Parallel()
	const id = "01928f3e-7c1a-7bb0-8f41-0a4b6c7d8e9f"
	for _, raw := range []string{
		`{"id":"` + id + `"}`,
		`{"id":"` + id + `","kind":"no-such-kind"}`,
		`{"kind":"judgement","id":"` + id + `","case":3}`,
		`{"id":"` + id + `","kind":"judgement",`,
		`{"id":"` + id + `","kind":"judgement","kind":"judgement"}`,
	} {
		e, err := entry.Decode([]byte(raw))
		if err == nil {
			t.Errorf("%s: accepted", raw)
		}
		if diff := cmp.Diff(entry.Entry{ID: uuid.MustParse(id)}, e); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", raw, diff)
		}
	}
}

func TestTimesAreMicrosecondsInUTC(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2013-06-03T14:30:00+01:00":           "2013-06-03T13:30:00Z",
		"2013-06-03T13:30:00.000Z":            "2013-06-03T13:30:00Z",
		"2013-06-03T13:30:00.1234569Z":        "2013-06-03T13:30:00.123456Z",
		"2013-06-03T13:30:00.120000000-00:00": "2013-06-03T13:30:00.12Z",
		"2013-01-01T00:30:00.9999999+14:00":   "2012-12-31T10:30:00.999999Z",
	} {
		e, err := entry.Decode([]byte(with(t, "occurred_at", `"`+in+`"`)))
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		b, err := e.Canonical()
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if !bytes.Contains(b, []byte(`"occurred_at":"`+want+`"`)) {
			t.Errorf("%s: got %s, want %s", in, b, want)
		}
	}
}
