package codec_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/codec/codectest"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"
)

func TestEventsRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := codectest.Events(events.Current()).Draw(t, "event")
		data, err := codec.Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		again, err := codec.Encode(e)
		if err != nil || !bytes.Equal(data, again) {
			t.Fatalf("%v: encodes to %s and to %s", err, data, again)
		}
		back, err := codec.Decode(e.Kind(), data)
		if err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		if diff := cmp.Diff(e, back); diff != "" {
			t.Fatalf("decodes to another event (-want +got):\n%s", diff)
		}
	})
}

func TestEncodeWritesTheFormOfTheLedger(t *testing.T) {
	t.Parallel()
	male := "male"
	sealed := &events.Sealed{Key: uuid.UUID{15: 1}, Box: []byte{0xff, 0xfe}}
	tests := []struct {
		event events.Event
		want  string
	}{
		{
			events.JudgementRecorded{Question: "4.1.07", Answer: "sufficient"},
			`{"question":"4.1.07","answer":"sufficient"}`,
		},
		{
			events.JudgementRevised{Question: "<é>", Answer: "a\"b", Reason: sealed},
			`{"question":"<é>","answer":"a\"b","reason":{"key":"00000000-0000-0000-0000-000000000001","box":"//4="}}`,
		},
		{
			events.CaseDescribed{Attributes: map[string]*string{"veteran": nil, "gender": &male}},
			`{"attributes":{"gender":"male","veteran":null}}`,
		},
		{
			events.InterviewRecorded{Interview: events.Interview{
				Interview: "O01", Role: "sentencer", Grade: "judge",
				Answers: map[events.QuestionID]events.Answer{"se.02": "no", "se.01": "yes"},
			}},
			`{"interview":"O01","role":"sentencer","grade":"judge","answers":{"se.01":"yes","se.02":"no"}}`,
		},
		{events.VictimContactRecorded{}, `{"measures":{}}`},
	}
	for _, tt := range tests {
		got, err := codec.Encode(tt.event)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, string(got)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	t.Parallel()
	if _, err := codec.Encode(&events.JudgementRecorded{}); err == nil {
		t.Error("a pointer is encoded")
	}
	if _, err := codec.Encode(nil); err == nil {
		t.Error("nil is encoded")
	}
	_, err := codec.Encode(events.JudgementWithdrawn{Question: "q"})
	checkError(t, "no reason", err, codec.ErrMissingField, "reason")
	_, err = codec.Encode(impostor{})
	checkError(t, "another type", err, codec.ErrUnknownKind, "")
	if _, err := codec.Encode(events.ProgrammeOpened{Name: "\xff"}); err == nil {
		t.Error("invalid UTF-8 is encoded")
	}
}

// impostor claims a kind that is another type's.
type impostor struct {
	Question string `json:"question"`
}

func (impostor) Kind() events.Kind { return events.JudgementRecorded{}.Kind() }

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	const key = `"key":"00000000-0000-0000-0000-000000000001"`
	tests := []struct {
		event events.Event
		data  string
		want  error
		field string
	}{
		{events.JudgementRecorded{}, ``, codec.ErrMalformed, ""},
		{events.JudgementRecorded{}, `{`, codec.ErrMalformed, ""},
		{events.JudgementRecorded{}, `[]`, codec.ErrWrongType, ""},
		{events.JudgementRecorded{}, `null`, codec.ErrWrongType, ""},
		{events.JudgementRecorded{}, `{"question":"q","answer":"a"} {}`, codec.ErrMalformed, ""},
		{events.JudgementRecorded{}, `{"question":"q","answer":"a",}`, codec.ErrMalformed, ""},
		{events.JudgementRecorded{}, `{"question":"q"}`, codec.ErrMissingField, "answer"},
		{events.JudgementRecorded{}, `{"question":"q","answer":null}`, codec.ErrWrongType, "answer"},
		{events.JudgementRecorded{}, `{"question":"q","answer":1}`, codec.ErrWrongType, "answer"},
		{events.JudgementRecorded{}, "{\"question\":\"q\",\"answer\":\"\xff\"}", codec.ErrMalformed, "answer"},
		{events.JudgementRecorded{}, `{"question":"q","answer":"a","Answer":"b"}`, codec.ErrUnknownField, "Answer"},
		{events.JudgementRecorded{}, `{"question":"q","answer":"a","answer":"b"}`, codec.ErrDuplicateField, "answer"},
		{events.JudgementRecorded{}, `{"question":"q","answer":"a","note":null}`, codec.ErrWrongType, "note"},
		{events.JudgementRecorded{}, `{"question":"q","answer":"a","note":{` + key + `}}`, codec.ErrMissingField, "note/box"},
		{
			events.JudgementRecorded{},
			`{"question":"q","answer":"a","note":{` + key + `,"box":"="}}`,
			codec.ErrWrongType, "note/box",
		},
		{
			events.JudgementRecorded{},
			`{"question":"q","answer":"a","note":{"key":"1","box":""}}`,
			codec.ErrWrongType, "note/key",
		},
		{
			events.JudgementRecorded{},
			`{"question":"q","answer":"a","note":{` + key + `,"box":"","text":"x"}}`,
			codec.ErrUnknownField, "note/text",
		},
		{events.VictimContactRecorded{}, `{"measures":null}`, codec.ErrWrongType, "measures"},
		{events.VictimContactRecorded{}, `{"measures":{"a/b":null}}`, codec.ErrWrongType, "measures/a/b"},
		{events.VictimContactRecorded{}, `{"measures":{"a":"x","a":"y"}}`, codec.ErrDuplicateField, "measures/a"},
		{events.CaseDescribed{}, `{"attributes":{"a":1}}`, codec.ErrWrongType, "attributes/a"},
		{
			events.FrameworkPublished{},
			`{"revision":1.0,"base":0,"content_hash":"","source":""}`,
			codec.ErrWrongType, "revision",
		},
		{
			events.FrameworkPublished{},
			`{"revision":1,"base":99999999999999999999,"content_hash":"","source":""}`,
			codec.ErrWrongType, "base",
		},
	}
	for _, tt := range tests {
		_, err := codec.Decode(tt.event.Kind(), []byte(tt.data))
		checkError(t, tt.data, err, tt.want, tt.field)
	}
	_, err := codec.Decode(events.Kind{Type: "JudgementRecorded", Version: 2}, []byte(`{}`))
	checkError(t, "newer version", err, codec.ErrUnknownKind, "")
	if !codec.IsUnknownKind(err) {
		t.Errorf("%v is not of an unknown kind", err)
	}
}

func checkError(t *testing.T, what string, err, want error, field string) {
	t.Helper()
	e, ok := errors.AsType[*codec.Error](err)
	if !ok || !errors.Is(err, want) || e.Field != field {
		t.Errorf("%s: got %v, want %v at %q", what, err, want, field)
	}
}
