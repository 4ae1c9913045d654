package events

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Upcast turns an event of an older version into the next one. It is pure.
type Upcast func(Event) (Event, error)

// Registry ties every persisted [Kind] to the Go type of its data, and every
// kind but the newest of its type to the upcast that leads to the next version.
// A registry is built once and then only read; it is safe for concurrent use.
type Registry struct {
	kinds   map[Kind]reflect.Type
	upcasts map[Kind]Upcast
	newest  map[Type]int
}

// NewRegistry registers the zero values of the given events. It fails when two
// of them share a kind.
func NewRegistry(zeros ...Event) (*Registry, error) {
	r := &Registry{kinds: map[Kind]reflect.Type{}, upcasts: map[Kind]Upcast{}, newest: map[Type]int{}}
	for _, z := range zeros {
		k := z.Kind()
		if k.Type == "" || k.Version < 1 {
			return nil, fmt.Errorf("events: %T: kind %v needs a type and a version from 1", z, k)
		}
		if have, ok := r.kinds[k]; ok {
			return nil, fmt.Errorf("events: %s v%d is both %v and %T", k.Type, k.Version, have, z)
		}
		r.kinds[k] = reflect.TypeOf(z)
		r.newest[k.Type] = max(r.newest[k.Type], k.Version)
	}
	return r, nil
}

// WithUpcast adds the step from one version of a type to the next.
func (r *Registry) WithUpcast(from Kind, up Upcast) *Registry {
	r.upcasts[from] = up
	return r
}

// Validate reports every older version that no upcast leads on from.
func (r *Registry) Validate() error {
	for _, k := range r.Kinds() {
		if k.Version < r.newest[k.Type] && r.upcasts[k] == nil {
			return fmt.Errorf("events: %s v%d has no upcast to v%d", k.Type, k.Version, k.Version+1)
		}
	}
	return nil
}

// Kinds lists what is registered, by type and version.
func (r *Registry) Kinds() []Kind {
	kinds := make([]Kind, 0, len(r.kinds))
	for k := range r.kinds {
		kinds = append(kinds, k)
	}
	slices.SortFunc(kinds, func(a, b Kind) int {
		if c := strings.Compare(string(a.Type), string(b.Type)); c != 0 {
			return c
		}
		return a.Version - b.Version
	})
	return kinds
}

// GoType is the struct that data of this kind decodes into.
func (r *Registry) GoType(k Kind) (reflect.Type, bool) {
	t, ok := r.kinds[k]
	return t, ok
}

// Upcast brings an event to the newest version of its type, step by step.
func (r *Registry) Upcast(e Event) (Event, error) {
	for {
		k := e.Kind()
		if k.Version >= r.newest[k.Type] {
			return e, nil
		}
		up, ok := r.upcasts[k]
		if !ok {
			return nil, fmt.Errorf("events: %s v%d has no upcast to v%d", k.Type, k.Version, k.Version+1)
		}
		next, err := up(e)
		if err != nil {
			return nil, fmt.Errorf("events: upcast %s v%d: %w", k.Type, k.Version, err)
		}
		if n := next.Kind(); n.Type != k.Type || n.Version != k.Version+1 {
			return nil, fmt.Errorf("events: upcast of %s v%d made %s v%d", k.Type, k.Version, n.Type, n.Version)
		}
		e = next
	}
}

// Current is the registry of this release.
func Current() *Registry { return current }

var current = func() *Registry {
	r, err := NewRegistry(
		ProgrammeOpened{}, FrameworkPublished{}, FrameworkRestored{},
		InspectionOpened{}, InspectionClosed{}, TeamMemberAdded{}, TeamMemberRemoved{},
		CaseDescribed{},
		JudgementRecorded{}, JudgementRevised{}, JudgementWithdrawn{},
		InterviewRecorded{}, InterviewRevised{},
		ResponseRecorded{}, ResponseRevised{},
		VictimContactRecorded{}, VictimContactRevised{},
		FactorAssessed{}, FactorRevised{},
	)
	if err != nil {
		panic(err) // two kinds of this file collide: caught by any test
	}
	return r
}()
