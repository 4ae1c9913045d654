package codec

import (
	"encoding/base64"
	"errors"
	"math/bits"
	"reflect"
	"strconv"
	"strings"

	"github.com/aboveline/aboveline/events"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// decoding is one pass over the tokens of the data of one event.
type decoding struct {
	plan  *plan
	value reflect.Value
	// fault is the reason that the pass was given up for, at the field.
	fault  error
	field  string
	offset int64
}

// fail gives up the pass.
func (d *decoding) fail(dec *jsontext.Decoder, field string, err error) error {
	d.field, d.fault, d.offset = field, err, dec.InputOffset()
	return err
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (d *decoding) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return d.object(dec, "", d.plan, d.value)
}

// explain turns what the JSON package says into an [*Error].
func (d *decoding) explain(k events.Kind, err error) error {
	if d.fault != nil {
		return &Error{Kind: k, Field: d.field, Offset: d.offset, Err: d.fault}
	}
	e := &Error{Kind: k, Err: ErrMalformed}
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		e.Field, e.Offset = fieldOf(syntax.JSONPointer), syntax.ByteOffset
		if errors.Is(err, jsontext.ErrDuplicateName) {
			e.Err = ErrDuplicateField
		}
	}
	return e
}

// fieldOf is a JSON pointer as the path of a field.
func fieldOf(p jsontext.Pointer) string {
	var parts []string
	for token := range p.Tokens() {
		parts = append(parts, token)
	}
	return strings.Join(parts, "/")
}

func within(path, name string) string {
	if path == "" {
		return name
	}
	return path + "/" + name
}

// object reads the members of one struct.
func (d *decoding) object(dec *jsontext.Decoder, path string, p *plan, v reflect.Value) error {
	if dec.PeekKind() != '{' {
		return d.wrong(dec, path)
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	missing := p.required
	for dec.PeekKind() != '}' {
		token, err := dec.ReadToken()
		if err != nil {
			return err
		}
		name := token.String()
		i := p.find(name)
		if i < 0 {
			return d.fail(dec, within(path, name), ErrUnknownField)
		}
		missing &^= 1 << i
		f := &p.fields[i]
		if err := d.member(dec, path, f, v.FieldByIndex(f.index)); err != nil {
			return err
		}
	}
	if missing != 0 {
		return d.fail(dec, within(path, p.fields[bits.TrailingZeros64(missing)].name), ErrMissingField)
	}
	_, err := dec.ReadToken()
	return err
}

func (p *plan) find(name string) int {
	for i := range p.fields {
		if p.fields[i].name == name {
			return i
		}
	}
	return -1
}

// wrong reports the next value as one of another type, unless it is not even JSON.
func (d *decoding) wrong(dec *jsontext.Decoder, path string) error {
	if err := dec.SkipValue(); err != nil {
		return err
	}
	return d.fail(dec, path, ErrWrongType)
}

// member reads the value of one field.
func (d *decoding) member(dec *jsontext.Decoder, path string, f *field, v reflect.Value) error {
	switch f.shape {
	case shapeStruct:
		return d.object(dec, within(path, f.name), f.nested, v)
	case shapePointer:
		ptr := reflect.New(f.nested.goType)
		v.Set(ptr)
		return d.object(dec, within(path, f.name), f.nested, ptr.Elem())
	case shapeStrings, shapeNullStrings:
		return d.strings(dec, within(path, f.name), f.shape, v)
	case shapeInt:
		return d.int(dec, within(path, f.name), v)
	}
	if dec.PeekKind() != '"' {
		return d.wrong(dec, within(path, f.name))
	}
	token, err := dec.ReadToken()
	if err != nil {
		return err
	}
	s := token.String()
	switch f.shape {
	case shapeUUID:
		id, err := uuid.Parse(s)
		if err != nil || len(s) != 36 { // Parse takes other spellings as well
			return d.fail(dec, within(path, f.name), ErrWrongType)
		}
		v.Set(reflect.ValueOf(id))
	case shapeBytes:
		b, err := base64.StdEncoding.Strict().DecodeString(s)
		if err != nil || strings.ContainsAny(s, "\r\n") {
			return d.fail(dec, within(path, f.name), ErrWrongType)
		}
		v.SetBytes(b)
	default:
		v.SetString(s)
	}
	return nil
}

// int reads a whole number without fraction or exponent.
func (d *decoding) int(dec *jsontext.Decoder, path string, v reflect.Value) error {
	if dec.PeekKind() != '0' {
		return d.wrong(dec, path)
	}
	token, err := dec.ReadToken()
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(token.String(), 10, strconv.IntSize)
	if err != nil {
		return d.fail(dec, path, ErrWrongType)
	}
	v.SetInt(n)
	return nil
}

// strings reads a map of strings, or of strings and null.
func (d *decoding) strings(dec *jsontext.Decoder, path string, s shape, v reflect.Value) error {
	if dec.PeekKind() != '{' {
		return d.wrong(dec, path)
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	m := reflect.MakeMap(v.Type())
	key := reflect.New(v.Type().Key()).Elem()
	elem := reflect.New(v.Type().Elem()).Elem()
	for dec.PeekKind() != '}' {
		token, err := dec.ReadToken()
		if err != nil {
			return err
		}
		key.SetString(token.String())
		kind := dec.PeekKind()
		if kind != '"' && (kind != 'n' || s != shapeNullStrings) {
			return d.wrong(dec, within(path, key.String()))
		}
		if token, err = dec.ReadToken(); err != nil {
			return err
		}
		switch {
		case s == shapeStrings:
			elem.SetString(token.String())
		case kind == 'n':
			elem.SetZero()
		default:
			text := token.String()
			elem.Set(reflect.ValueOf(&text))
		}
		m.SetMapIndex(key, elem)
	}
	v.Set(m)
	_, err := dec.ReadToken()
	return err
}
