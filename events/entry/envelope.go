package entry

import (
	"errors"

	"github.com/go-json-experiment/json/jsontext"
)

// envelope reads a submission in one pass over its tokens.
type envelope struct {
	raw  []byte
	out  Submission
	seen map[string]bool
	err  *FieldError
}

// errRefused ends the pass: the reason is in envelope.err.
var errRefused = errors.New("refused")

func (d *envelope) fail(err *FieldError) error {
	if d.err == nil {
		d.err = err
	}
	return errRefused
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (d *envelope) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if k := dec.PeekKind(); k != '{' {
		if err := dec.SkipValue(); err != nil {
			return err
		}
		return d.fail(refuse(CodeWrongType, "", `is no JSON object: give {"submission": …, "entries": […]}`))
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	d.seen = make(map[string]bool, 3)
	for dec.PeekKind() != '}' {
		token, err := dec.ReadToken()
		if err != nil {
			return err
		}
		if err := d.member(dec, token.String()); err != nil {
			return err
		}
	}
	_, err := dec.ReadToken()
	return err
}

func (d *envelope) member(dec *jsontext.Decoder, name string) error {
	if d.seen[name] {
		return d.fail(refuse(CodeDuplicateField, name, "occurs twice in one object: give it once"))
	}
	switch name {
	case "submission", "atomic", "entries":
		d.seen[name] = true
	default:
		return d.fail(&FieldError{
			CodeUnknownField, shortened(name),
			quoted(name) + " is no field of a submission: give only submission, atomic, entries",
		})
	}
	if name == "entries" {
		return d.entries(dec)
	}
	value, err := dec.ReadValue()
	if err != nil {
		return err
	}
	if name == "atomic" {
		switch value.Kind() {
		case 't', 'f':
			d.out.Atomic = value.Kind() == 't'
			return nil
		}
		f := Field{Name: name, Hint: "true or false"}
		return d.fail(wrongType(f, name, "a boolean", value))
	}
	r := reader{object: object{members: []rawMember{{name: name, value: value}}}}
	r.uuid(submissionField(), &d.out.ID)
	if r.err != nil {
		return d.fail(r.err)
	}
	return nil
}

func (d *envelope) entries(dec *jsontext.Decoder) error {
	if dec.PeekKind() != '[' {
		value, err := dec.ReadValue()
		if err != nil {
			return err
		}
		f := Field{Name: "entries", Required: true, Hint: "the entries"}
		return d.fail(wrongType(f, "entries", "an array", value))
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != ']' {
		if len(d.out.Entries) == MaxEntries {
			return d.fail(tooMany(MaxEntries + 1))
		}
		value, err := dec.ReadValue()
		if err != nil {
			return err
		}
		end := dec.InputOffset()
		d.out.Entries = append(d.out.Entries, d.raw[end-int64(len(value)):end:end])
	}
	_, err := dec.ReadToken()
	return err
}
