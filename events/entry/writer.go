package entry

import (
	"strconv"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// timeFormat writes an instant in UTC with as many digits of its microseconds as
// it needs.
const timeFormat = "2006-01-02T15:04:05.999999Z"

// instant is t as the ledger can hold it.
func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// writer is the form that writes the fields of an entry, in the order in which it
// meets them. It refuses exactly the values that the reader refuses.
type writer struct {
	buf []byte
	err *FieldError
}

func (w *writer) fail(err *FieldError) {
	if w.err == nil && err != nil {
		w.err = err
	}
}

// name starts a member.
func (w *writer) name(name string) {
	if len(w.buf) == 0 {
		w.buf = append(w.buf, '{')
	} else {
		w.buf = append(w.buf, ',')
	}
	w.quote(name)
	w.buf = append(w.buf, ':')
}

func (w *writer) quote(s string) {
	b, err := jsontext.AppendQuote(w.buf, s)
	if err != nil { // checkText refuses invalid UTF-8 first
		w.fail(refuse(CodeMalformed, "", "is not valid UTF-8"))
		return
	}
	w.buf = b
}

func (w *writer) uuid(f Field, v *uuid.UUID) {
	if *v == uuid.Nil {
		w.fail(refuse(CodeBadID, f.Name, "is the nil UUID: give "+f.Hint))
		return
	}
	w.name(f.Name)
	w.quote(v.String())
}

func (w *writer) text(f Field, v *string) {
	w.fail(checkText(f, f.Name, *v))
	if *v == "" || w.err != nil {
		return
	}
	w.name(f.Name)
	w.quote(*v)
}

func (w *writer) time(f Field, v *time.Time) {
	t := instant(*v)
	if err := checkTime(f, t); err != nil {
		w.fail(err)
		return
	}
	w.name(f.Name)
	w.buf = append(w.buf, '"')
	w.buf = t.AppendFormat(w.buf, timeFormat)
	w.buf = append(w.buf, '"')
}

func (w *writer) number(f Field, v *int) {
	w.fail(checkNumber(f, int64(*v)))
	w.name(f.Name)
	w.buf = strconv.AppendInt(w.buf, int64(*v), 10)
}

func (w *writer) revision(f Field, v **events.Revision) {
	if *v != nil {
		n := int(**v)
		w.number(f, &n)
	}
}

func (w *writer) table(f Field, t table) {
	w.name(f.Name)
	w.buf = append(w.buf, '{')
	cell := Field{Type: TypeKey, Required: true, Max: f.Max, Hint: f.Hint}
	for i, name := range t.names() {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		at := member(f, name)
		w.fail(checkText(cell, at, name))
		value, null := t.get(name)
		if !null {
			w.fail(checkText(cell, at, value))
		}
		if w.err != nil {
			return
		}
		w.quote(name)
		w.buf = append(w.buf, ':')
		if null {
			w.buf = append(w.buf, "null"...)
		} else {
			w.quote(value)
		}
	}
	w.buf = append(w.buf, '}')
}
