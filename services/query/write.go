package query

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// flushAt is how much of an answer is put together before it is written, in bytes.
const flushAt = 64 << 10

// WriteJSON implements api.JSONWriter: an explanation can have many thousands of
// changes.
func (e Explanation) WriteJSON(w io.Writer) error {
	type plain Explanation
	changes := e.Changes
	e.Changes = []FigureChange{}
	var head bytes.Buffer
	enc := json.NewEncoder(&head)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(plain(e)); err != nil {
		return err
	}
	const end = "]}\n" // changes come last
	b := bytes.TrimSuffix(head.Bytes(), []byte(end))
	for n := range changes {
		if n > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = changes[n].append(b); err != nil {
			return err
		}
		if len(b) >= flushAt {
			if _, err := w.Write(b); err != nil {
				return err
			}
			b = b[:0]
		}
	}
	_, err := w.Write(append(b, end...))
	return err
}

// append writes the change as encoding/json would.
func (f *FigureChange) append(b []byte) ([]byte, error) {
	w := writer{b: append(b, '{')}
	w.number("position", int64(f.Position))
	w.text("event_id", f.EventID.String())
	w.text("type", string(f.Type))
	w.text("cause", string(f.Cause))
	w.text("actor", string(f.Actor))
	w.time("occurred_at", f.OccurredAt)
	w.time("recorded_at", f.RecordedAt)
	if len(f.Attributes) > 0 {
		w.name("attributes")
		for n, a := range f.Attributes {
			w.b = append(w.b, "[,"[min(n, 1)])
			w.quote(a)
		}
		w.b = append(w.b, ']')
	}
	w.given("reason", f.Reason)
	w.given("case", string(f.Case))
	w.given("question", string(f.Question))
	w.given("answer", string(f.Answer))
	w.value("before", f.Before)
	w.value("after", f.After)
	w.name("moved")
	w.b = append(w.b, '[')
	for n := range f.Moved {
		if n > 0 {
			w.b = append(w.b, ',')
		}
		w.moved(&f.Moved[n])
	}
	w.b = append(w.b, ']')
	w.number("framework_revision", int64(f.FrameworkRevision))
	return append(w.b, '}'), w.err
}

// writer appends the members of objects; its first error stays.
type writer struct {
	b   []byte
	err error
}

// name starts a member, behind a comma unless it is the first.
func (w *writer) name(name string) {
	if w.b[len(w.b)-1] != '{' {
		w.b = append(w.b, ',')
	}
	w.b = append(append(append(w.b, '"'), name...), `":`...)
}

func (w *writer) number(name string, n int64) {
	w.name(name)
	w.b = strconv.AppendInt(w.b, n, 10)
}

func (w *writer) text(name, s string) {
	w.name(name)
	w.quote(s)
}

// given writes a text that is left out where it is empty.
func (w *writer) given(name, s string) {
	if s != "" {
		w.text(name, s)
	}
}

func (w *writer) quote(s string) {
	b, err := jsontext.AppendQuote(w.b, s)
	if err != nil && w.err == nil {
		w.err = err
	}
	w.b = b
}

func (w *writer) time(name string, t time.Time) {
	w.name(name)
	w.b = append(t.AppendFormat(append(w.b, '"'), time.RFC3339Nano), '"')
}

func (w *writer) value(name string, v Value) {
	w.name(name)
	w.b = append(w.b, `{"exact":`...)
	if v.Exact == nil {
		w.b = append(w.b, `null,"percent":`...)
	} else {
		w.quote(*v.Exact)
		w.b = append(w.b, `,"percent":`...)
	}
	if v.Percent == nil {
		w.b = append(w.b, `null}`...)
		return
	}
	w.b = append(strconv.AppendInt(w.b, int64(*v.Percent), 10), '}')
}

func (w *writer) moved(m *Moved) {
	w.b = append(w.b, '{')
	w.text("question", string(m.Question))
	if m.Dependent {
		w.name("dependent")
		w.b = append(w.b, "true"...)
	}
	w.number("above_before", int64(m.AboveBefore))
	w.number("relevant_before", int64(m.RelevantBefore))
	w.number("above_after", int64(m.AboveAfter))
	w.number("relevant_after", int64(m.RelevantAfter))
	w.b = append(w.b, '}')
}
