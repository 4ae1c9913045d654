package entry_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/entry/entrytest"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestEntriesRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := entrytest.Entries().Draw(t, "entry")
		raw, err := e.Encode()
		if err != nil {
			t.Fatalf("encode: %v", err)
		}
		back, err := entry.Decode(raw)
		if err != nil {
			t.Fatalf("decode %s: %v", raw, err)
		}
		if diff := cmp.Diff(e, back, sameEntry()); diff != "" {
			t.Fatalf("decodes to another entry (-want +got):\n%s", diff)
		}
	})
}

func TestCanonicalDependsOnTheContentOnly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := entrytest.Entries().Draw(t, "entry")
		want, err := e.Canonical()
		if err != nil {
			t.Fatalf("canonical: %v", err)
		}
		spelled := respell(t, want)
		back, err := entry.Decode(spelled)
		if err != nil {
			t.Fatalf("decode %s: %v", spelled, err)
		}
		got, err := back.Canonical()
		if err != nil {
			t.Fatalf("canonical: %v", err)
		}
		if string(got) != string(want) {
			t.Fatalf("%s\nhas the canonical bytes\n%s, want\n%s", spelled, got, want)
		}
	})
}

func TestCanonicalTellsEntriesApart(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := entrytest.Entries().Draw(t, "a"), entrytest.Entries().Draw(t, "b")
		if rapid.Bool().Draw(t, "sameID") {
			b.ID = a.ID
		}
		rawA, errA := a.Canonical()
		rawB, errB := b.Canonical()
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if equal := cmp.Equal(a, b, sameEntry()); equal != (string(rawA) == string(rawB)) {
			t.Fatalf("equal %t, but canonical bytes are\n%s\n%s", equal, rawA, rawB)
		}
	})
}

// respell writes the same content in another way: other order, white space,
// escapes, time zone and letter case of ids.
func respell(t *rapid.T, raw jsontext.Value) jsontext.Value {
	var members map[string]jsontext.Value
	if err := json.Unmarshal(raw, &members); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	space := func() {
		b.WriteString(rapid.SampledFrom([]string{"", "", " ", "\n\t", "\r\n"}).Draw(t, "space"))
	}
	space()
	b.WriteByte('{')
	names := slices.Sorted(maps.Keys(members))
	for i, name := range rapid.Permutation(names).Draw(t, "order") {
		if i > 0 {
			b.WriteByte(',')
		}
		space()
		b.WriteString(respellString(t, name))
		space()
		b.WriteByte(':')
		space()
		switch v := members[name]; v.Kind() {
		case '{':
			b.Write(respell(t, v))
		case '"':
			b.WriteString(respellString(t, respellValue(t, name, v)))
		default:
			b.Write(v)
		}
		space()
	}
	b.WriteByte('}')
	space()
	return jsontext.Value(b.String())
}

func respellValue(t *rapid.T, name string, v jsontext.Value) string {
	b, err := jsontext.AppendUnquote(nil, v)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.Parse(time.RFC3339Nano, string(b))
	switch {
	case name == "id":
		return strings.ToUpper(string(b))
	case name == "occurred_at" && err == nil && at.Year() > 1900 && at.Year() < 9999:
		minutes := rapid.IntRange(-14*60, 14*60).Draw(t, "zone")
		return at.In(time.FixedZone("", minutes*60)).Format("2006-01-02T15:04:05.000000000Z07:00")
	}
	return string(b)
}

func respellString(t *rapid.T, s string) string {
	escape := rapid.Bool().Draw(t, "escape")
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		if r < ' ' || r == '"' || r == '\\' || (escape && r < 0x10000) {
			fmt.Fprintf(&b, `\u%04X`, r)
		} else {
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
