package codectest

import (
	"fmt"
	"reflect"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// Events draws events of every kind of a registry, with awkward but allowed values
// and with pointers that are nil only where their tag lets them be absent.
func Events(r *events.Registry) *rapid.Generator[events.Event] {
	return rapid.Custom(func(t *rapid.T) events.Event {
		k := rapid.SampledFrom(r.Kinds()).Draw(t, "kind")
		goType, _ := r.GoType(k)
		v := reflect.New(goType).Elem()
		fill(t, v)
		e, ok := reflect.TypeAssert[events.Event](v)
		if !ok {
			panic(fmt.Sprintf("codectest: %v is no event", goType))
		}
		return e
	})
}

// fill sets the fields of a struct.
func fill(t *rapid.T, v reflect.Value) {
	fields, err := codec.Fields(v.Type())
	if err != nil {
		panic("codectest: " + err.Error())
	}
	for _, f := range fields {
		set(t, f.Name, v.FieldByIndex(f.Index), !f.Required)
	}
}

func set(t *rapid.T, name string, v reflect.Value, optional bool) {
	text := rapid.StringOf(rapid.RuneFrom([]rune("abc 01.\"\\/<é\u2028😀\t\n\x00")))
	switch {
	case v.Type() == reflect.TypeFor[uuid.UUID]():
		v.Set(reflect.ValueOf(uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, name))))
	case v.Type() == reflect.TypeFor[[]byte]():
		v.SetBytes(rapid.SliceOf(rapid.Byte()).Draw(t, name))
	case v.Kind() == reflect.String:
		v.SetString(text.Draw(t, name))
	case v.Kind() == reflect.Int:
		v.SetInt(int64(rapid.Int().Draw(t, name)))
	case v.Kind() == reflect.Struct:
		fill(t, v)
	case v.Kind() == reflect.Pointer && v.Type().Elem().Kind() == reflect.String:
		if !rapid.Bool().Draw(t, name+" is null") {
			v.Set(reflect.New(v.Type().Elem()))
			set(t, name, v.Elem(), false)
		}
	case v.Kind() == reflect.Pointer:
		if !optional || rapid.Bool().Draw(t, name+" is there") {
			v.Set(reflect.New(v.Type().Elem()))
			set(t, name, v.Elem(), false)
		}
	case v.Kind() == reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for _, k := range rapid.SliceOfNDistinct(text, 0, 5, rapid.ID).Draw(t, name) {
			elem := reflect.New(v.Type().Elem()).Elem()
			set(t, name, elem, false)
			v.SetMapIndex(reflect.ValueOf(k).Convert(v.Type().Key()), elem)
		}
	default:
		panic(fmt.Sprintf("codectest: no generator for %v", v.Type()))
	}
}
