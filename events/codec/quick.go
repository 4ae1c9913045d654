package codec

import (
	"encoding/base64"
	"reflect"

	"github.com/aboveline/aboveline/events"
	"github.com/google/uuid"
)

// quick decodes data that look exactly as [Encode] writes the most frequent events:
// judgements, revised judgements and withdrawals. It accepts nothing that the strict
// decoder refuses and makes the same event of it; whatever looks different is left
// to that one.
func (c *Codec) quick(k events.Kind, data []byte) (events.Event, bool) {
	if !c.quickJudgement || k.Version != 1 {
		return nil, false
	}
	s := scan{rest: data, ok: true}
	switch k.Type {
	case events.TypeJudgementRecorded:
		e := events.JudgementRecorded{
			Question: events.QuestionID(s.word(c, `{"question":"`)),
			Answer:   events.Answer(s.word(c, `,"answer":"`)),
			Note:     s.sealed(`,"note":`),
		}
		return e, s.end()
	case events.TypeJudgementRevised:
		e := events.JudgementRevised{
			Question: events.QuestionID(s.word(c, `{"question":"`)),
			Answer:   events.Answer(s.word(c, `,"answer":"`)),
			Reason:   s.sealed(`,"reason":`),
			Note:     s.sealed(`,"note":`),
		}
		return e, s.end() && e.Reason != nil
	case events.TypeJudgementWithdrawn:
		e := events.JudgementWithdrawn{
			Question: events.QuestionID(s.word(c, `{"question":"`)),
			Reason:   s.sealed(`,"reason":`),
			Note:     s.sealed(`,"note":`),
		}
		return e, s.end() && e.Reason != nil
	default:
		return nil, false
	}
}

// scan reads data piece by piece; ok turns false for good at the first piece that
// looks different.
type scan struct {
	rest []byte
	ok   bool
}

// after reads what must come next.
func (s *scan) after(literal string) bool {
	if s.ok {
		s.rest, s.ok = cutPrefix(s.rest, literal)
	}
	return s.ok
}

// word reads a plain string behind what must come before it.
func (s *scan) word(c *Codec, before string) string {
	if !s.after(before) {
		return ""
	}
	var word []byte
	if word, s.rest, s.ok = plain(s.rest); !s.ok {
		return ""
	}
	return c.words.string(word)
}

// sealed reads a sealed text if it comes next behind its name; nil if it does not.
func (s *scan) sealed(name string) *events.Sealed {
	if !s.ok {
		return nil
	}
	rest, ok := cutPrefix(s.rest, name)
	if !ok {
		return nil
	}
	s.rest = rest
	if !s.after(`{"key":"`) {
		return nil
	}
	var key, box []byte
	if key, s.rest, s.ok = plain(s.rest); !s.ok || len(key) != 36 {
		s.ok = false
		return nil
	}
	if !s.after(`,"box":"`) {
		return nil
	}
	if box, s.rest, s.ok = plain(s.rest); !s.ok || !s.after(`}`) {
		s.ok = false
		return nil
	}
	var out events.Sealed
	var err error
	if out.Key, err = uuid.ParseBytes(key); err != nil {
		s.ok = false
		return nil
	}
	out.Box = make([]byte, base64.StdEncoding.DecodedLen(len(box)))
	n, err := base64.StdEncoding.Strict().Decode(out.Box, box)
	if err != nil {
		s.ok = false
		return nil
	}
	out.Box = out.Box[:n]
	return &out
}

// end reports whether everything was read and nothing is left but the closing
// brace.
func (s *scan) end() bool { return s.ok && len(s.rest) == 1 && s.rest[0] == '}' }

func cutPrefix(b []byte, prefix string) ([]byte, bool) {
	if len(b) < len(prefix) || string(b[:len(prefix)]) != prefix {
		return b, false
	}
	return b[len(prefix):], true
}

// isQuick reports whether the registry's first versions of judgements are those
// that quick makes.
func isQuick(r *events.Registry) bool {
	for t, want := range map[events.Type]reflect.Type{
		events.TypeJudgementRecorded:  reflect.TypeFor[events.JudgementRecorded](),
		events.TypeJudgementRevised:   reflect.TypeFor[events.JudgementRevised](),
		events.TypeJudgementWithdrawn: reflect.TypeFor[events.JudgementWithdrawn](),
	} {
		if have, ok := r.GoType(events.Kind{Type: t, Version: 1}); !ok || have != want {
			return false
		}
	}
	return true
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
