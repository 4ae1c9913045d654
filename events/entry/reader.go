package entry

import (
	"strconv"
	"strings"

	"github.com/aboveline/aboveline/events"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

const maxNumber = int64(events.MaxRevision)

// reader is the form that reads the members of an object. It keeps the first
// error and goes on, so that every member which the kind has is taken.
type reader struct {
	object object
	err    *FieldError
}

func (r *reader) fail(err *FieldError) {
	if r.err == nil && err != nil {
		r.err = err
	}
}

// take is the raw value of a field; absent optional fields are no error.
func (r *reader) take(f Field) (jsontext.Value, bool) {
	v, ok := r.object.take(f.Name)
	if !ok && f.Required {
		r.fail(missing(f, f.Name))
	}
	return v, ok && r.err == nil
}

// str is the value of a JSON string.
func (r *reader) str(f Field, name string, v jsontext.Value) (string, bool) {
	if v.Kind() != '"' {
		r.fail(wrongType(f, name, "a string", v))
		return "", false
	}
	var buf [64]byte
	b, err := jsontext.AppendUnquote(buf[:0], v)
	if err != nil {
		r.fail(refuse(CodeMalformed, name, "is no valid JSON string: write it in UTF-8"))
		return "", false
	}
	return string(b), true
}

func wrongType(f Field, name, want string, got jsontext.Value) *FieldError {
	is, more := "", ""
	switch got.Kind() {
	case 'n':
		is = "null"
		if !f.Required {
			more = ", or leave the field out"
		}
	case 't', 'f':
		is = "a boolean"
	case '"':
		is = "a string"
	case '0':
		is = "a number"
	case '{':
		is = "an object"
	default:
		is = "an array"
	}
	return refuse(CodeWrongType, name, "is "+is+", not "+want+": give "+f.Hint+more)
}

func (r *reader) uuid(f Field, v *uuid.UUID) {
	raw, ok := r.take(f)
	if !ok {
		return
	}
	s, ok := r.str(f, f.Name, raw)
	if !ok {
		return
	}
	id, err := uuid.Parse(s)
	switch {
	case s == "":
		r.fail(missing(f, f.Name))
	case len(s) != 36 || err != nil: // Parse also takes urn:uuid:…, {…} and no dashes
		r.fail(refuse(CodeBadID, f.Name, "is no UUID: give "+f.Hint))
	case id == uuid.Nil:
		r.fail(refuse(CodeBadID, f.Name, "is the nil UUID: give "+f.Hint))
	default:
		*v = id
	}
}

func (r *reader) text(f Field, v *string) {
	raw, ok := r.take(f)
	if !ok {
		return
	}
	s, ok := r.str(f, f.Name, raw)
	if !ok {
		return
	}
	if err := checkText(f, f.Name, s); err != nil {
		r.fail(err)
		return
	}
	*v = s
}

func (r *reader) time(f Field, v *timeValue) {
	raw, ok := r.take(f)
	if !ok {
		return
	}
	s, ok := r.str(f, f.Name, raw)
	if !ok {
		return
	}
	if s == "" {
		r.fail(missing(f, f.Name))
		return
	}
	var t timeValue
	// UnmarshalText lets a comma pass for the point before the fraction.
	if err := t.UnmarshalText([]byte(s)); err != nil || strings.Contains(s, ",") {
		r.fail(refuse(CodeBadTime, f.Name, "is no RFC 3339 time: give "+f.Hint))
		return
	}
	t = instant(t)
	if err := checkTime(f, t); err != nil {
		r.fail(err)
		return
	}
	*v = t
}

func (r *reader) number(f Field, v *int) {
	raw, ok := r.take(f)
	if !ok {
		return
	}
	if raw.Kind() != '0' {
		r.fail(wrongType(f, f.Name, "a whole number", raw))
		return
	}
	n, err := strconv.ParseInt(string(raw), 10, 64) // JSON has no sign + and no leading zeros
	if err != nil || string(raw) == "-0" {
		r.fail(refuse(CodeWrongType, f.Name, "is no whole number: give "+f.Hint))
		return
	}
	if err := checkNumber(f, n); err != nil {
		r.fail(err)
		return
	}
	*v = int(n)
}

func (r *reader) revision(f Field, v **events.Revision) {
	n := -1
	r.number(f, &n)
	if n >= 0 {
		rev := events.Revision(n)
		*v = &rev
	}
}

func (r *reader) table(f Field, t table) {
	raw, ok := r.take(f)
	if !ok {
		return
	}
	if raw.Kind() != '{' {
		r.fail(wrongType(f, f.Name, "an object", raw))
		return
	}
	o, err := readObject(raw, f.Name)
	if err != nil {
		r.fail(err)
		return
	}
	t.reset(len(o.members))
	cell := Field{Type: TypeKey, Required: true, Max: f.Max, Hint: f.Hint}
	for _, m := range o.members {
		at := member(f, m.name)
		if err := checkText(cell, at, m.name); err != nil {
			r.fail(err)
			return
		}
		if m.value.Kind() == 'n' && f.Type == TypeAttributes {
			t.setNull(m.name)
			continue
		}
		s, ok := r.str(cell, at, m.value)
		if !ok {
			return
		}
		if err := checkText(cell, at, s); err != nil {
			r.fail(err)
			return
		}
		t.set(m.name, s)
	}
}
