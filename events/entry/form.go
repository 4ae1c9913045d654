package entry

import (
	"maps"
	"slices"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/google/uuid"
)

// form is one pass over the fields of an entry: it reads them (reader), writes
// them (writer) or lists them (lister).
type form interface {
	uuid(f Field, v *uuidValue)
	text(f Field, v *string)
	time(f Field, v *timeValue)
	number(f Field, v *int)
	revision(f Field, v **revisionType)
	table(f Field, v table)
}

// Names that the methods of form would hide.
type (
	uuidValue    = uuid.UUID
	timeValue    = time.Time
	revisionType = events.Revision
)

// table is a map from names to keys, or to null where its field allows that.
type table interface {
	reset(n int)
	set(name, value string)
	setNull(name string)
	// names is sorted, so that what is written is deterministic.
	names() []string
	get(name string) (value string, null bool)
}

// answerTable is the table of a body's answers or measures.
type answerTable[K ~string] struct{ m *map[K]events.Answer }

func (t answerTable[K]) reset(n int)            { *t.m = make(map[K]events.Answer, n) }
func (t answerTable[K]) set(name, value string) { (*t.m)[K(name)] = events.Answer(value) }
func (t answerTable[K]) setNull(string)         {}

func (t answerTable[K]) names() []string {
	names := make([]string, 0, len(*t.m))
	for k := range *t.m {
		names = append(names, string(k))
	}
	slices.Sort(names)
	return names
}

func (t answerTable[K]) get(name string) (string, bool) { return string((*t.m)[K(name)]), false }

// attributeTable is the table of a case's attributes.
type attributeTable struct{ m *map[string]*string }

func (t attributeTable) reset(n int)            { *t.m = make(map[string]*string, n) }
func (t attributeTable) set(name, value string) { (*t.m)[name] = &value }
func (t attributeTable) setNull(name string)    { (*t.m)[name] = nil }
func (t attributeTable) names() []string        { return slices.Sorted(maps.Keys(*t.m)) }

func (t attributeTable) get(name string) (string, bool) {
	if v := (*t.m)[name]; v != nil {
		return *v, false
	}
	return "", true
}
