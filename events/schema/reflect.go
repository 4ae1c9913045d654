package schema

import (
	"fmt"
	"reflect"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// reflector makes schemas of Go types. Structs other than the first are kept once,
// under their name.
type reflector struct{ defs map[string]*Schema }

// structSchema is the schema of the JSON of a struct type.
func structSchema(t reflect.Type) (*Schema, error) {
	r := reflector{defs: map[string]*Schema{}}
	s, err := r.fields(t)
	if err != nil {
		return nil, err
	}
	s.Defs = r.defs
	return s, nil
}

// fields makes the object of a struct, see [codec.Fields].
func (r *reflector) fields(t reflect.Type) (*Schema, error) {
	fields, err := codec.Fields(t)
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	properties := map[string]*Schema{}
	var required []string
	for _, f := range fields {
		s, err := r.value(f.Type)
		if err != nil {
			return nil, fmt.Errorf("schema: field %s of %v: %w", f.Name, t, err)
		}
		properties[f.Name] = s
		if f.Required {
			required = append(required, f.Name)
		}
	}
	return object(properties, required), nil
}

// value makes the schema of one value.
func (r *reflector) value(t reflect.Type) (*Schema, error) {
	switch t {
	case reflect.TypeFor[uuid.UUID]():
		return formatted("uuid"), nil
	case reflect.TypeFor[time.Time]():
		return formatted("date-time"), nil
	case reflect.TypeFor[[]byte]():
		return &Schema{Type: "string", ContentEncoding: "base64"}, nil
	case reflect.TypeFor[codec.Hash]():
		return &Schema{Type: "string", Pattern: "^[0-9a-f]{64}$"}, nil
	case reflect.TypeFor[jsontext.Value]():
		return &Schema{Type: "object"}, nil
	case reflect.TypeFor[entry.Status]():
		s := str()
		for _, status := range entry.Statuses() {
			s.Enum = append(s.Enum, string(status))
		}
		return s, nil
	case reflect.TypeFor[events.Revision]():
		return integer(0, int64(events.MaxRevision)), nil
	case reflect.TypeFor[events.Position]():
		return integer(0, 0), nil
	}
	switch t.Kind() {
	case reflect.String:
		return str(), nil
	case reflect.Bool:
		return &Schema{Type: "boolean"}, nil
	case reflect.Int:
		return &Schema{Type: "integer"}, nil
	case reflect.Struct:
		return r.named(t)
	case reflect.Pointer:
		if t.Elem().Kind() == reflect.Struct {
			return r.named(t.Elem()) // absent, never null
		}
	case reflect.Slice:
		items, err := r.value(t.Elem())
		return &Schema{Type: "array", Items: items}, err
	case reflect.Map:
		return r.mapping(t)
	}
	return nil, fmt.Errorf("%v is not supported", t)
}

// mapping is an object of strings, or of strings and null.
func (r *reflector) mapping(t reflect.Type) (*Schema, error) {
	switch {
	case t.Key().Kind() != reflect.String:
		return nil, fmt.Errorf("%v has keys that are no strings", t)
	case t.Elem() == reflect.TypeFor[*string]():
		return &Schema{Type: "object", AdditionalProperties: &Schema{Type: []string{"string", "null"}}}, nil
	}
	values, err := r.value(t.Elem())
	return &Schema{Type: "object", AdditionalProperties: values}, err
}

// named refers to the schema of a struct, made once.
func (r *reflector) named(t reflect.Type) (*Schema, error) {
	if _, ok := r.defs[t.Name()]; !ok {
		s, err := r.fields(t)
		if err != nil {
			return nil, err
		}
		r.defs[t.Name()] = s
	}
	return &Schema{Ref: "#/$defs/" + t.Name()}, nil
}
