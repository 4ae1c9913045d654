package entry_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/aboveline/aboveline/events/entry"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

const submissionID = "01928f3e-7c1a-7bb0-8f41-0a4b6c7d8e9f"

func TestSubmissionKeepsEntriesRaw(t *testing.T) {
	t.Parallel()
	raw := []byte(`{ "entries": [ {"id": 1, "id": 2} , null, "` + "\xff" + `" ], "submission": "` + submissionID + `" }`)
	got, err := entry.DecodeSubmission(raw)
	if err != nil {
		t.Fatal(err)
	}
	want := entry.Submission{
		ID:      uuid.MustParse(submissionID),
		Entries: []jsontext.Value{[]byte(`{"id": 1, "id": 2}`), []byte(`null`), []byte("\"\xff\"")},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	again, err := got.Encode()
	if err != nil {
		t.Fatal(err)
	}
	wantRaw := `{"submission":"` + submissionID + `","atomic":false,"entries":[{"id": 1, "id": 2},null,"` + "\xff" + `"]}`
	if !bytes.Equal(again, []byte(wantRaw)) {
		t.Errorf("got %q, want %q", again, wantRaw)
	}
}

func TestSubmissionEncodeRefuses(t *testing.T) {
	t.Parallel()
	id, entries := uuid.MustParse(submissionID), []jsontext.Value{[]byte(`{}`)}
	tests := []struct {
		s        entry.Submission
		code, at string
	}{
		{entry.Submission{Entries: entries}, entry.CodeBadID, "submission"},
		{entry.Submission{ID: id}, entry.CodeMissingField, "entries"},
		{entry.Submission{ID: id, Entries: make([]jsontext.Value, entry.MaxEntries+1)}, entry.CodeTooLong, "entries"},
		{entry.Submission{ID: id, Entries: []jsontext.Value{[]byte(`{}`), []byte(`{}]`)}}, entry.CodeMalformed, "entries/1"},
		{entry.Submission{ID: id, Entries: []jsontext.Value{nil}}, entry.CodeMalformed, "entries/0"},
	}
	for i, tt := range tests {
		_, err := tt.s.Encode()
		f, ok := entry.AsFieldError(err)
		if !ok || f.Code != tt.code || f.Field != tt.at {
			t.Errorf("%d: got %v, want %s at %s", i, err, tt.code, tt.at)
		}
	}
}

func TestDecodeSubmissionRefuses(t *testing.T) {
	t.Parallel()
	const id = `"submission":"` + submissionID + `"`
	tests := []struct{ raw, code, at, say string }{
		{``, entry.CodeMalformed, "", "JSON"},
		{`[]`, entry.CodeWrongType, "", "object"},
		{`{` + id + `,"entries":[{}]} x`, entry.CodeMalformed, "", "RFC 8259"},
		{`{` + id + `,"entries":[{}`, entry.CodeMalformed, "", "RFC 8259"},
		{`{` + id + `,"entries":[{},]}`, entry.CodeMalformed, "", "RFC 8259"},
		{`{"entries":[{}]}`, entry.CodeMissingField, "submission", "UUID"},
		{`{"submission":"","entries":[{}]}`, entry.CodeMissingField, "submission", "UUID"},
		{`{"submission":"7","entries":[{}]}`, entry.CodeBadID, "submission", "UUID"},
		{`{"submission":7,"entries":[{}]}`, entry.CodeWrongType, "submission", "a number"},
		{`{` + id + `}`, entry.CodeMissingField, "entries", "at least one"},
		{`{` + id + `,"entries":[]}`, entry.CodeMissingField, "entries", "at least one"},
		{`{` + id + `,"entries":{}}`, entry.CodeWrongType, "entries", "an object, not an array"},
		{`{` + id + `,"entries":null}`, entry.CodeWrongType, "entries", "null"},
		{`{` + id + `,"atomic":"yes","entries":[{}]}`, entry.CodeWrongType, "atomic", "true or false"},
		{`{` + id + `,"atomic":null,"entries":[{}]}`, entry.CodeWrongType, "atomic", "leave the field out"},
		{`{` + id + `,"Atomic":true,"entries":[{}]}`, entry.CodeUnknownField, "Atomic", "atomic"},
		{`{` + id + `,"entries":[{}],"entries":[{}]}`, entry.CodeDuplicateField, "entries", "once"},
		{
			`{` + id + `,"entries":[` + strings.Repeat("1,", entry.MaxEntries) + `1]}`,
			entry.CodeTooLong, "entries", "10000",
		},
	}
	for _, tt := range tests {
		s, err := entry.DecodeSubmission([]byte(tt.raw))
		checkRefusal(t, tt.raw, err, tt.code, tt.at, tt.say)
		if strings.HasPrefix(tt.raw, `{`+id) != (s.ID != uuid.Nil) || s.Entries != nil {
			t.Errorf("%.80s: got %v", tt.raw, s)
		}
	}
}
