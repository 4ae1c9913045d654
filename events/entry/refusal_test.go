package entry_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/entry/entrytest"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// with is the JSON of a good judgement with one field replaced, added, or taken
// out where value is empty.
func with(t *testing.T, field, value string) string {
	t.Helper()
	good := entrytest.Samples()[0]
	raw, err := good.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return withIn(t, raw, field, value)
}

func withIn(t *testing.T, raw []byte, field, value string) string {
	t.Helper()
	var members map[string]jsontext.Value
	if err := json.Unmarshal(raw, &members); err != nil {
		t.Fatal(err)
	}
	delete(members, field)
	out, err := json.Marshal(members, json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	if value == "" {
		return string(out)
	}
	return strings.TrimSuffix(string(out), "}") + `,"` + field + `":` + value + "}"
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ field, value, code, at, say string }{
		{"id", ``, entry.CodeMissingField, "id", "UUID"},
		{"id", `""`, entry.CodeMissingField, "id", "UUID"},
		{"id", `"1"`, entry.CodeBadID, "id", "UUID"},
		{"id", `"{01928f3e-7c1a-7bb0-8f41-0a4b6c7d8e9f}"`, entry.CodeBadID, "id", "UUID"},
		{"id", `"01928f3e7c1a7bb08f410a4b6c7d8e9f"`, entry.CodeBadID, "id", "UUID"},
		{"id", `"00000000-0000-0000-0000-000000000000"`, entry.CodeBadID, "id", "nil"},
		{"id", `7`, entry.CodeWrongType, "id", "a number, not a string"},
		{"kind", ``, entry.CodeMissingField, "kind", "kind"},
		{"kind", `"verdict"`, entry.CodeUnknownKind, "kind", "judgement-withdrawal"},
		{"kind", `"Judgement"`, entry.CodeUnknownKind, "kind", "judgement"},
		{"kind", `null`, entry.CodeWrongType, "kind", "null"},
		{"programme", ``, entry.CodeMissingField, "programme", "programme"},
		{"programme", `""`, entry.CodeMissingField, "programme", "programme"},
		{"inspection", ``, entry.CodeMissingField, "inspection", "inspection"},
		{"inspection", `"a\u0000b"`, entry.CodeBadID, "inspection", "U+0000 at byte 1"},
		{"inspection", `"a\u200Bb"`, entry.CodeBadID, "inspection", "U+200B"},
		{"inspection", `" a"`, entry.CodeBadID, "inspection", "space"},
		{"case", `"` + strings.Repeat("x", entry.MaxKey+1) + `"`, entry.CodeTooLong, "case", "201"},
		{"case", `["C001"]`, entry.CodeWrongType, "case", "an array, not a string"},
		{"case", `{}`, entry.CodeWrongType, "case", "an object"},
		{"answer", ``, entry.CodeMissingField, "answer", "sufficient"},
		{"answer", `true`, entry.CodeWrongType, "answer", "a boolean"},
		{"occurred_at", ``, entry.CodeMissingField, "occurred_at", "RFC 3339"},
		{"occurred_at", `""`, entry.CodeMissingField, "occurred_at", "RFC 3339"},
		{"occurred_at", `"yesterday"`, entry.CodeBadTime, "occurred_at", "RFC 3339"},
		{"occurred_at", `"2013-06-03"`, entry.CodeBadTime, "occurred_at", "RFC 3339"},
		{"occurred_at", `"2013-06-03T14:30:00"`, entry.CodeBadTime, "occurred_at", "RFC 3339"},
		{"occurred_at", `"2013-06-03 14:30:00Z"`, entry.CodeBadTime, "occurred_at", "RFC 3339"},
		{"occurred_at", `"2013-06-03T14:30:00,5Z"`, entry.CodeBadTime, "occurred_at", "RFC 3339"},
		{"occurred_at", `"2013-02-30T14:30:00Z"`, entry.CodeBadTime, "occurred_at", "RFC 3339"},
		{"occurred_at", `"1013-06-03T14:30:00Z"`, entry.CodeBadTime, "occurred_at", "1900"},
		{"occurred_at", `"9999-12-31T23:30:00-12:00"`, entry.CodeBadTime, "occurred_at", "9999"},
		{"occurred_at", `1370266200`, entry.CodeWrongType, "occurred_at", "a number"},
		{"expected_revision", `"1"`, entry.CodeWrongType, "expected_revision", "whole number"},
		{"expected_revision", `1.0`, entry.CodeWrongType, "expected_revision", "whole number"},
		{"expected_revision", `1e2`, entry.CodeWrongType, "expected_revision", "whole number"},
		{"expected_revision", `-1`, entry.CodeWrongType, "expected_revision", "from 0"},
		{"expected_revision", `-0`, entry.CodeWrongType, "expected_revision", "whole number"},
		{"expected_revision", `2147483648`, entry.CodeWrongType, "expected_revision", "2147483647"},
		{"expected_revision", `99999999999999999999`, entry.CodeWrongType, "expected_revision", "whole number"},
		{"expected_revision", `null`, entry.CodeWrongType, "expected_revision", "leave the field out"},
		{"reason", `"a\u0007b"`, entry.CodeMalformed, "reason", "control character"},
		{"reason", `"` + strings.Repeat("é", entry.MaxReason/2) + `x"`, entry.CodeTooLong, "reason", "4096"},
		{"note", `"` + strings.Repeat("x", entry.MaxNote+1) + `"`, entry.CodeTooLong, "note", "65536"},
		{"note", "\"a\xffb\"", entry.CodeMalformed, "", "UTF-8"},
		{"note", `"\ud800"`, entry.CodeMalformed, "", "UTF-8"},
		{"occurredAt", `"2013-06-03T14:30:00Z"`, entry.CodeUnknownField, "occurredAt", "occurred_at"},
		{"Answer", `"sufficient"`, entry.CodeUnknownField, "Answer", "answer"},
		{"measures", `{}`, entry.CodeUnknownField, "measures", "the kind judgement"},
		{"x" + strings.Repeat("y", 300), `1`, entry.CodeUnknownField, "x" + strings.Repeat("y", 99) + "…", "give only"},
		{`answer":"sufficient","answer`, `"sufficient"`, entry.CodeDuplicateField, "answer", "once"},
	}
	for _, tt := range tests {
		raw := with(t, tt.field, tt.value)
		_, err := entry.Decode([]byte(raw))
		checkRefusal(t, tt.field+" "+tt.value, err, tt.code, tt.at, tt.say)
	}
}

func checkRefusal(t *testing.T, what string, err error, code, at, say string) {
	t.Helper()
	f, ok := entry.AsFieldError(err)
	switch {
	case !ok:
		t.Errorf("%.80s: got %v, want a *FieldError", what, err)
	case f.Code != code || f.Field != at:
		t.Errorf("%.80s: got %q at %q, want %q at %q (%v)", what, f.Code, f.Field, code, at, err)
	case !strings.Contains(f.Message, say):
		t.Errorf("%.80s: message %q does not say %q", what, f.Message, say)
	}
}

func TestDecodeRefusesOtherKinds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind                        entry.Kind
		field, value, code, at, say string
	}{
		{entry.KindJudgementWithdrawal, "reason", ``, entry.CodeMissingField, "reason", "why"},
		{entry.KindJudgementWithdrawal, "answer", `"x"`, entry.CodeUnknownField, "answer", "case, question"},
		{entry.KindCase, "attributes", ``, entry.CodeMissingField, "attributes", "gender"},
		{entry.KindCase, "attributes", `null`, entry.CodeWrongType, "attributes", "null, not an object"},
		{entry.KindCase, "attributes", `{"gender":""}`, entry.CodeMissingField, "attributes/gender", "null to remove"},
		{entry.KindCase, "attributes", `{"gender":1}`, entry.CodeWrongType, "attributes/gender", "a number"},
		{entry.KindCase, "attributes", `{"":"x"}`, entry.CodeMissingField, "attributes/", "attributes"},
		{entry.KindCase, "attributes", `{"a":"x","a":"y"}`, entry.CodeDuplicateField, "attributes/a", "once"},
		{entry.KindInterview, "answers", `{"om.01":null}`, entry.CodeWrongType, "answers/om.01", "null"},
		{entry.KindInterview, "answers", `{"om.01":"a\nb"}`, entry.CodeBadID, "answers/om.01", "U+000A"},
		{entry.KindInterview, "grade", ``, entry.CodeMissingField, "grade", "PO"},
		{entry.KindResponse, "answers", `[]`, entry.CodeWrongType, "answers", "an array"},
		{entry.KindVictimContact, "measures", `{"\u0000":"yes"}`, entry.CodeBadID, "measures/\x00", "U+0000"},
		{entry.KindFactor, "identified", `""`, entry.CodeMissingField, "identified", "not_applicable"},
		{entry.KindProgramme, "inspection", `"x"`, entry.CodeUnknownField, "inspection", "programme"},
		{entry.KindProgramme, "name", `"a\nb"`, entry.CodeMalformed, "name", "one line"},
		{entry.KindFramework, "base", ``, entry.CodeMissingField, "base", "0 for the first"},
		{entry.KindFramework, "base", `-1`, entry.CodeWrongType, "base", "from 0"},
		{entry.KindFramework, "source", `""`, entry.CodeMissingField, "source", "file"},
		{entry.KindInspectionClosing, "reason", `""`, entry.CodeMissingField, "reason", "why"},
		{entry.KindTeamMember, "note", `"x"`, entry.CodeUnknownField, "note", "member"},
		{entry.KindTeamMember, "member", `"` + strings.Repeat("x", 256) + `"`, entry.CodeTooLong, "member", "255"},
	}
	for _, tt := range tests {
		for _, e := range entrytest.Samples() {
			if e.Kind != tt.kind {
				continue
			}
			raw, err := e.Encode()
			if err != nil {
				t.Fatal(err)
			}
			_, err = entry.Decode([]byte(withIn(t, raw, tt.field, tt.value)))
			checkRefusal(t, string(tt.kind)+" "+tt.field+" "+tt.value, err, tt.code, tt.at, tt.say)
		}
	}
}

func TestDecodeRefusesWhatIsNoEntry(t *testing.T) {
	t.Parallel()
	tests := []struct{ raw, code, say string }{
		{``, entry.CodeMalformed, "JSON"},
		{`   `, entry.CodeMalformed, "JSON"},
		{`null`, entry.CodeWrongType, "object"},
		{`[]`, entry.CodeWrongType, "object"},
		{`{`, entry.CodeMalformed, "RFC 8259"},
		{`{} {}`, entry.CodeMalformed, "RFC 8259"},
		{`{"id":1,}`, entry.CodeMalformed, "RFC 8259"},
		{`{'id':1}`, entry.CodeMalformed, "RFC 8259"},
		{"\uFEFF{}", entry.CodeMalformed, "RFC 8259"},
		{`{"note":"` + strings.Repeat("x", entry.MaxEntryBytes) + `"}`, entry.CodeTooLong, "1048576"},
		{strings.Repeat(`{"a":`, 20_000), entry.CodeMalformed, "RFC 8259"},
	}
	for _, tt := range tests {
		_, err := entry.Decode([]byte(tt.raw))
		checkRefusal(t, tt.raw[:min(len(tt.raw), 20)], err, tt.code, "", tt.say)
	}
}

func TestRefusalsRepeatNoValues(t *testing.T) {
	t.Parallel()
	const secret = "Alice-Example"
	for _, tt := range [][2]string{
		{"id", `"` + secret + `"`},
		{"kind", `"` + secret + `"`},
		{"occurred_at", `"` + secret + `"`},
		{"note", `"` + secret + `\u0007"`},
		{"reason", `"` + secret + `\u0000"`},
		{"case", `" ` + secret + `"`},
		{"answer", `["` + secret + `"]`},
		{"note", `"` + secret + `" "` + secret + `"`},
	} {
		_, err := entry.Decode([]byte(with(t, tt[0], tt[1])))
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", tt[0], err)
		}
	}
}

func TestEncodeRefusesWhatDecodeWould(t *testing.T) {
	t.Parallel()
	tests := []struct {
		change   func(*entry.Entry)
		code, at string
	}{
		{func(e *entry.Entry) { e.Body = nil }, entry.CodeUnknownKind, "kind"},
		{func(e *entry.Entry) { e.Kind = entry.KindCase }, entry.CodeUnknownKind, "kind"},
		{func(e *entry.Entry) { e.ID = uuid.Nil }, entry.CodeBadID, "id"},
		{func(e *entry.Entry) { e.Programme = "" }, entry.CodeMissingField, "programme"},
		{func(e *entry.Entry) { e.Inspection = "a\tb" }, entry.CodeBadID, "inspection"},
		{func(e *entry.Entry) { e.OccurredAt = time.Time{} }, entry.CodeMissingField, "occurred_at"},
		{func(e *entry.Entry) { e.OccurredAt = time.Unix(1<<40, 0) }, entry.CodeBadTime, "occurred_at"},
		{func(e *entry.Entry) { *e.ExpectedRevision = 1 << 31 }, entry.CodeWrongType, "expected_revision"},
		{func(e *entry.Entry) { e.Note = "\xff" }, entry.CodeMalformed, "note"},
		{func(e *entry.Entry) { e.Body = entry.Judgement{Case: "C1", Question: "q"} }, entry.CodeMissingField, "answer"},
		{func(e *entry.Entry) {
			e.Kind, e.Body = "", entry.Framework{Source: "x"}
		}, entry.CodeUnknownField, "inspection"},
		{func(e *entry.Entry) {
			e.Kind, e.Body = "", entry.Case{Case: "C", Attributes: map[string]*string{"\xff": nil}}
		}, entry.CodeMalformed, "attributes/\xff"},
	}
	for i, tt := range tests {
		e := entrytest.Samples()[0]
		tt.change(&e)
		_, err := e.Encode()
		f, ok := entry.AsFieldError(err)
		if !ok || f.Code != tt.code || f.Field != tt.at {
			t.Errorf("%d: got %v, want %s at %s", i, err, tt.code, tt.at)
		}
	}
}
