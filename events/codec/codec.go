package codec

import (
	"fmt"
	"reflect"
	"sync"

	"github.com/aboveline/aboveline/events"
	"github.com/go-json-experiment/json"
)

// Codec encodes and decodes the kinds of one registry. It is safe for concurrent
// use.
type Codec struct {
	registry *events.Registry
	plans    map[events.Kind]*plan
	words    *words
	// quickJudgement: the registry has the judgement that quick decodes.
	quickJudgement bool
}

// New makes a codec for a registry. It fails when an older version of a type lacks
// its upcast, or when a kind has a field of a type that the package does not know.
func New(r *events.Registry) (*Codec, error) {
	if err := r.Validate(); err != nil {
		return nil, fmt.Errorf("codec: %w", err)
	}
	c := &Codec{
		registry: r, plans: map[events.Kind]*plan{}, words: newWords(), quickJudgement: isQuick(r),
	}
	for _, k := range r.Kinds() {
		t, _ := r.GoType(k)
		p, err := planOf(t)
		if err != nil {
			return nil, fmt.Errorf("codec: %s v%d: %w", k.Type, k.Version, err)
		}
		c.plans[k] = p
	}
	return c, nil
}

var current = sync.OnceValues(func() (*Codec, error) { return New(events.Current()) })

// Encode writes the data of an event of [events.Current].
func Encode(e events.Event) ([]byte, error) {
	c, err := current()
	if err != nil {
		return nil, err
	}
	return c.Encode(e)
}

// Decode reads data of a kind of [events.Current] and brings the event to the
// newest version of its type. Errors about the data are an [*Error].
func Decode(k events.Kind, data []byte) (events.Event, error) {
	c, err := current()
	if err != nil {
		return nil, err
	}
	return c.Decode(k, data)
}

// Encode writes the data of an event. The event is a value of a registered type.
func (c *Codec) Encode(e events.Event) ([]byte, error) {
	v := reflect.ValueOf(e)
	if !v.IsValid() || v.Kind() == reflect.Pointer {
		return nil, fmt.Errorf("codec: %T is no event: give a value of a registered type", e)
	}
	k := e.Kind()
	p, ok := c.plans[k]
	if !ok || p.goType != v.Type() {
		return nil, &Error{Kind: k, Err: ErrUnknownKind}
	}
	if field, ok := p.absent(v); ok {
		return nil, &Error{Kind: k, Field: field, Err: ErrMissingField}
	}
	data, err := json.Marshal(e, json.Deterministic(true))
	if err != nil {
		return nil, &Error{Kind: k, Err: err}
	}
	return data, nil
}

// Decode reads data of a registered kind and brings the event to the newest
// version of its type.
func (c *Codec) Decode(k events.Kind, data []byte) (events.Event, error) {
	e, err := c.decode(k, data)
	if err != nil {
		return nil, err
	}
	return c.registry.Upcast(e)
}

func (c *Codec) decode(k events.Kind, data []byte) (events.Event, error) {
	if e, ok := c.quick(k, data); ok {
		return e, nil
	}
	p, ok := c.plans[k]
	if !ok {
		return nil, &Error{Kind: k, Err: ErrUnknownKind}
	}
	d := decoding{plan: p, value: reflect.New(p.goType).Elem()}
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, d.explain(k, err)
	}
	e, ok := reflect.TypeAssert[events.Event](d.value)
	if !ok { // NewRegistry takes events only
		return nil, &Error{Kind: k, Err: fmt.Errorf("%v is no event", p.goType)}
	}
	return e, nil
}
