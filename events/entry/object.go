package entry

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// object is a JSON object with its members still raw, in the order written.
type object struct {
	raw     []byte
	members []rawMember
}

type rawMember struct {
	name  string
	value jsontext.Value // aliases raw
	taken bool
}

// errNoObject: the value is JSON, but no object.
var errNoObject = errors.New("not an object")

// readObject reads exactly one object. Members read before an error are kept, so
// that a refusal can still say which entry it is about. within names the field
// whose value is read; empty for the whole.
func readObject(raw []byte, within string) (object, *FieldError) {
	o := object{raw: raw, members: make([]rawMember, 0, 16)}
	err := json.Unmarshal(raw, &o)
	switch {
	case err == nil:
		return o, nil
	case errors.Is(err, errNoObject):
		return o, refuse(CodeWrongType, within, "is no JSON object: give {…}")
	default:
		return o, malformed(err, within)
	}
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (o *object) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() != '{' {
		if err := dec.SkipValue(); err != nil {
			return err
		}
		return errNoObject
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return err
		}
		member := rawMember{name: name.String()}
		value, err := dec.ReadValue()
		if err != nil {
			return err
		}
		end := dec.InputOffset()
		member.value = o.raw[end-int64(len(value)) : end]
		o.members = append(o.members, member)
	}
	_, err := dec.ReadToken()
	return err
}

// take finds a member by name and marks it as known.
func (o *object) take(name string) (jsontext.Value, bool) {
	for i := range o.members {
		if o.members[i].name == name {
			o.members[i].taken = true
			return o.members[i].value, true
		}
	}
	return nil, false
}

// left is the first member that nothing took.
func (o *object) left() (name string, ok bool) {
	for i := range o.members {
		if !o.members[i].taken {
			return o.members[i].name, true
		}
	}
	return "", false
}

// malformed turns an error of the JSON parser into a refusal.
func malformed(err error, within string) *FieldError {
	syntax, ok := errors.AsType[*jsontext.SyntacticError](err)
	if !ok {
		if errors.Is(err, io.EOF) {
			return refuse(CodeMalformed, within, "is empty: give a JSON value")
		}
		return refuse(CodeMalformed, within, "is not well-formed JSON")
	}
	if errors.Is(err, jsontext.ErrDuplicateName) {
		field := path(within, syntax.JSONPointer)
		return refuse(CodeDuplicateField, field, "occurs twice in one object: give it once")
	}
	return refuse(CodeMalformed, within,
		fmt.Sprintf("is not well-formed JSON at byte %d: give UTF-8 JSON as in RFC 8259", syntax.ByteOffset))
}

// path is a JSON pointer as the path of a field.
func path(within string, p jsontext.Pointer) string {
	var parts []string
	if within != "" {
		parts = append(parts, within)
	}
	for token := range p.Tokens() {
		parts = append(parts, token)
	}
	return shortened(strings.Join(parts, "/"))
}
