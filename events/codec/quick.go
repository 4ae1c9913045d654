package codec

import (
	"bytes"
	"reflect"

	"github.com/aboveline/aboveline/events"
)

// quick decodes data that look exactly as [Encode] writes the most frequent event:
// a judgement without a note. It accepts nothing that the strict decoder refuses
// and makes the same event of it; whatever looks different is left to that one.
func (c *Codec) quick(k events.Kind, data []byte) (events.Event, bool) {
	if !c.quickJudgement || k != (events.Kind{Type: events.TypeJudgementRecorded, Version: 1}) {
		return nil, false
	}
	rest, ok := bytes.CutPrefix(data, []byte(`{"question":"`))
	if !ok {
		return nil, false
	}
	question, rest, ok := plain(rest)
	if !ok {
		return nil, false
	}
	if rest, ok = bytes.CutPrefix(rest, []byte(`,"answer":"`)); !ok {
		return nil, false
	}
	answer, rest, ok := plain(rest)
	if !ok || len(rest) != 1 || rest[0] != '}' {
		return nil, false
	}
	return events.JudgementRecorded{
		Question: events.QuestionID(c.words.string(question)),
		Answer:   events.Answer(c.words.string(answer)),
	}, true
}

// isQuick reports whether the registry's first version of a recorded judgement is
// the one that quick makes.
func isQuick(r *events.Registry) bool {
	k := events.Kind{Type: events.TypeJudgementRecorded, Version: 1}
	t, ok := r.GoType(k)
	return ok && t == reflect.TypeFor[events.JudgementRecorded]()
}

// plain cuts a JSON string, of which the opening quote has been read, at its
// closing quote. It is not ok for strings with escapes or characters beyond ASCII.
func plain(b []byte) (s, rest []byte, ok bool) {
	for i, c := range b {
		switch {
		case c == '"':
			return b[:i], b[i+1:], true
		case c < ' ' || c == '\\' || c >= 0x80:
			return nil, nil, false
		}
	}
	return nil, nil, false
}
