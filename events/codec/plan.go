package codec

import (
	"fmt"
	"reflect"

	"github.com/google/uuid"
)

// plan says how the fields of one struct are read.
type plan struct {
	goType reflect.Type
	fields []field
	// required has a bit for each field that has to be there.
	required uint64
}

type field struct {
	name  string
	index []int
	shape shape
	// nested is the plan of a struct or of what a pointer points to.
	nested *plan
}

// shape is how the JSON of a field looks.
type shape int

const (
	shapeString shape = iota
	shapeInt
	shapeUUID
	shapeBytes
	shapeStrings     // map[string]string
	shapeNullStrings // map[string]*string
	shapeStruct
	shapePointer // to a struct
)

// planOf makes the plan of a struct type, see [Fields].
func planOf(t reflect.Type) (*plan, error) {
	fields, err := Fields(t)
	if err != nil {
		return nil, err
	}
	p := &plan{goType: t}
	for i, jf := range fields {
		f := field{name: jf.Name, index: jf.Index}
		if f.shape, f.nested, err = shapeOf(jf.Type); err != nil {
			return nil, fmt.Errorf("field %s: %w", jf.Name, err)
		}
		if jf.Required {
			p.required |= 1 << i
		}
		p.fields = append(p.fields, f)
	}
	if len(p.fields) > 64 {
		return nil, fmt.Errorf("%v has %d fields, more than 64", t, len(p.fields))
	}
	return p, nil
}

func shapeOf(t reflect.Type) (shape, *plan, error) {
	switch {
	case t == reflect.TypeFor[uuid.UUID]():
		return shapeUUID, nil, nil
	case t == reflect.TypeFor[[]byte]():
		return shapeBytes, nil, nil
	case t.Kind() == reflect.String:
		return shapeString, nil, nil
	case t.Kind() == reflect.Int:
		return shapeInt, nil, nil
	case t.Kind() == reflect.Map && t.Key().Kind() == reflect.String:
		if t.Elem().Kind() == reflect.String {
			return shapeStrings, nil, nil
		}
		if t.Elem() == reflect.TypeFor[*string]() {
			return shapeNullStrings, nil, nil
		}
	case t.Kind() == reflect.Struct:
		p, err := planOf(t)
		return shapeStruct, p, err
	case t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct:
		p, err := planOf(t.Elem())
		return shapePointer, p, err
	}
	return 0, nil, fmt.Errorf("%v is not supported: use a string, int, uuid.UUID, []byte, "+
		"map of strings, struct or pointer to a struct", t)
}

// absent finds a required pointer that is nil.
func (p *plan) absent(v reflect.Value) (name string, ok bool) {
	for i := range p.fields {
		f := &p.fields[i]
		fv := v
		switch f.shape {
		case shapePointer:
			fv = v.FieldByIndex(f.index)
			if fv.IsNil() {
				if p.required&(1<<i) != 0 {
					return f.name, true
				}
				continue
			}
			fv = fv.Elem()
		case shapeStruct:
			fv = v.FieldByIndex(f.index)
		default:
			continue
		}
		if name, ok := f.nested.absent(fv); ok {
			return f.name + "/" + name, true
		}
	}
	return "", false
}
