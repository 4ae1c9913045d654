package codec

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Field is one field of the JSON of a struct.
type Field struct {
	// Name is its name in JSON.
	Name string
	// Index leads to it, also through embedded structs, as in reflect.
	Index []int
	Type  reflect.Type
	// Required fields are always there; the tag of others says omitempty or omitzero.
	Required bool
}

// Fields lists the fields of the JSON of a struct type, in their order. Fields of
// embedded structs are fields of the struct itself. Every field is exported and
// has a name in its tag, and no two have the same: all else is an error.
//
// (reflect.VisibleFields would not do: it goes by the names in Go, where an
// embedded struct hides a field of its own that is called as it is.)
func Fields(t reflect.Type) ([]Field, error) {
	fields, err := appendFields(nil, t, nil)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, f := range fields {
		if seen[f.Name] {
			return nil, fmt.Errorf("%v has two fields with the json name %s", t, f.Name)
		}
		seen[f.Name] = true
	}
	return fields, nil
}

func appendFields(fields []Field, t reflect.Type, index []int) ([]Field, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%v is no struct", t)
	}
	for i := range t.NumField() {
		sf := t.Field(i)
		at := append(slices.Clone(index), i)
		if sf.Anonymous && sf.Tag == "" {
			var err error
			if fields, err = appendFields(fields, sf.Type, at); err != nil {
				return nil, err
			}
			continue
		}
		name, options, _ := strings.Cut(sf.Tag.Get("json"), ",")
		if !sf.IsExported() || name == "" || name == "-" {
			return nil, fmt.Errorf("field %s of %v needs to be exported and have a json name", sf.Name, t)
		}
		fields = append(fields, Field{
			Name: name, Index: at, Type: sf.Type,
			Required: !strings.Contains(options, "omitempty") && !strings.Contains(options, "omitzero"),
		})
	}
	return fields, nil
}
