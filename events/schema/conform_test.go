package schema_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/codec/codectest"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/entry/entrytest"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"
)

const base = "https://github.com/aboveline/aboveline/events/schema/"

// validators compiles the generated schemas with an implementation of JSON Schema
// that is not ours.
func validators(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	g := generate(t)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.AssertContent()
	for name, text := range g.Files {
		if name == "asyncapi.yaml" {
			continue
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource(base+name, doc); err != nil {
			t.Fatal(err)
		}
	}
	out := map[string]*jsonschema.Schema{}
	for name := range g.Files {
		if name == "asyncapi.yaml" {
			continue
		}
		s, err := c.Compile(base + name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[name] = s
	}
	return out
}

type fataler interface {
	Fatalf(format string, args ...any)
}

func validate(t fataler, s *jsonschema.Schema, raw []byte) error {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return s.Validate(doc)
}

func TestEventsConform(t *testing.T) {
	t.Parallel()
	all := validators(t)
	rapid.Check(t, func(t *rapid.T) {
		e := codectest.Events(events.Current()).Draw(t, "event")
		k := e.Kind()
		data, err := codec.Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		s := all[fmt.Sprintf("%s.v%d.json", k.Type, k.Version)]
		if err := validate(t, s, data); err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		if err := validate(t, s, withMember(data, `"surprise":1`)); err == nil {
			t.Fatalf("%s v%d conforms with an unknown field", k.Type, k.Version)
		}
		data = mutate(t, data)
		_, decodes := codec.Decode(k, data)
		conforms := validate(t, s, data)
		if (decodes == nil) != (conforms == nil) {
			t.Fatalf("%s v%d %s: decoding says %v, the schema %v", k.Type, k.Version, data, decodes, conforms)
		}
	})
}

func TestEntriesConform(t *testing.T) {
	t.Parallel()
	all := validators(t)
	rapid.Check(t, func(t *rapid.T) {
		e := entrytest.Entries().Draw(t, "entry")
		raw, err := e.Encode()
		if err != nil {
			t.Fatal(err)
		}
		s := all[fmt.Sprintf("entry-%s.json", e.Kind)]
		if err := validate(t, s, raw); err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if err := validate(t, all["entry.json"], raw); (err == nil) == e.Kind.Control() {
			t.Fatalf("entry.json and %s: %v", raw, err)
		}
		if err := validate(t, s, withMember(raw, `"surprise":1`)); err == nil {
			t.Fatalf("%s conforms with an unknown field", e.Kind)
		}
		raw = mutate(t, raw)
		if _, err := entry.Decode(raw); err == nil {
			if err := validate(t, s, raw); err != nil {
				t.Fatalf("%s decodes, but does not conform: %v", raw, err)
			}
		} else if f, _ := entry.AsFieldError(err); f.Code == entry.CodeWrongType || f.Code == entry.CodeUnknownField ||
			f.Code == entry.CodeMissingField {
			if err := validate(t, s, raw); err == nil {
				t.Fatalf("%s conforms, but is refused: %v", raw, f)
			}
		}
	})
}

// withMember is an object with one more member.
func withMember(raw []byte, member string) []byte {
	out := bytes.TrimSuffix(slices.Clone(raw), []byte("}"))
	if len(out) > 1 {
		out = append(out, ',')
	}
	return append(append(out, member...), '}')
}

// mutate changes, drops or adds one member of an object, or of an object in it.
func mutate(t *rapid.T, raw []byte) []byte {
	var members map[string]jsontext.Value
	if err := json.Unmarshal(raw, &members); err != nil {
		t.Fatal(err)
	}
	names := append(slices.Sorted(maps.Keys(members)), "surprise")
	name := rapid.SampledFrom(names).Draw(t, "member")
	v, ok := members[name]
	switch {
	case ok && v.Kind() == '{' && rapid.Bool().Draw(t, "deeper"):
		members[name] = mutate(t, v)
	case ok && rapid.Bool().Draw(t, "drop"):
		delete(members, name)
	default:
		members[name] = jsontext.Value(rapid.SampledFrom([]string{
			`null`, `true`, `7`, `-1`, `1.5`, `4294967296`, `""`, `" "`, `"x"`, `"x y"`, `"é"`, `"a\u200bb"`, `"AA=="`, `"A"`,
			`"01928f3e-7c1a-7bb0-8f41-0a4b6c7d8e9f"`, `"01928f3e7c1a7bb08f410a4b6c7d8e9f"`, `"2013-06-03T14:30:00Z"`,
			`"2013-06-03"`, `[]`, `{}`, `{"a":"b"}`, `{"a":null}`, `{"a":1}`, `{"":"b"}`, `{"a":""}`, `{"a":{}}`,
		}).Draw(t, "value"))
	}
	out, err := json.Marshal(members, json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEnvelopesConform(t *testing.T) {
	t.Parallel()
	all := validators(t)
	raw, err := entrytest.Samples()[0].Encode()
	if err != nil {
		t.Fatal(err)
	}
	id, at := uuid.UUID{1}, time.Date(2013, 6, 3, 13, 30, 0, 1000, time.UTC)
	submission, err := entry.Submission{ID: id, Entries: []jsontext.Value{raw}}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	receipt := entry.Receipt{
		ID: id, Status: entry.StatusConflict, Position: 1, Revision: 1, RecordedAt: at, Code: "c", Field: "f", Message: "m",
		Current: &entry.Current{Answer: "a", Revision: 1, EventID: id, OccurredAt: at, Data: []byte(`{"a":1}`)},
	}
	recorded := events.Recorded{Type: "T", TypeVersion: 1, Revision: 1, OccurredAt: at, RecordedAt: at, Data: []byte(`{}`)}
	for name, doc := range map[string]any{
		"submission.json": jsontext.Value(submission),
		"receipt.json":    receipt,
		"reply.json":      entry.Reply{Submission: id, Receipts: []entry.Receipt{receipt, {ID: id, Status: "recorded"}}},
		"recorded.json":   codec.MessageOf(&recorded),
	} {
		raw, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(t, all[name], raw); err != nil {
			t.Errorf("%s: %s: %v", name, raw, err)
		}
		if err := validate(t, all[name], withMember(raw, `"surprise":1`)); err == nil {
			t.Errorf("%s conforms with an unknown field", name)
		}
	}
	if err := validate(t, all["receipt.json"], []byte(`{"id":"`+id.String()+`","status":"lost"}`)); err == nil {
		t.Error("a receipt conforms with an unknown status")
	}
}
