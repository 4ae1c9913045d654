package entry

import (
	"fmt"
	"strings"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/google/uuid"
)

// Entry is one thing that happened, as the person who says so submits it. An
// accepted entry becomes exactly one event.
type Entry struct {
	// ID is the client's own id of the entry (UUIDv7 preferred). It becomes the id
	// of the event: sending an entry again is harmless, under the same id.
	ID uuid.UUID
	// Kind is the kind of Body. [Entry.Encode] takes it from there when it is empty.
	Kind      Kind
	Programme events.Programme
	// Inspection is empty for the kinds programme, framework and framework-rollback.
	Inspection events.InspectionID
	// OccurredAt is when it happened, by the client's clock, in UTC and in
	// microseconds.
	OccurredAt time.Time
	// ExpectedRevision is the revision that is being changed; 0 says that there is
	// none yet, nil says nothing.
	ExpectedRevision *events.Revision
	// Reason says why something already recorded changes. Note is free text. Both
	// are sealed before they are recorded (except a framework's reason).
	Reason, Note string
	// Body is a value of one of the types of this package.
	Body Body
}

// Body is what only one kind of entry has: a value, never a pointer, of one of
// the types of this package.
type Body interface {
	// Kind is the kind of entry that has this body.
	Kind() Kind
	// visit shows every field to the form and returns the body as read.
	visit(f form) Body
}

func idField() Field {
	return Field{
		Name: "id", Type: TypeUUID, Required: true, Max: 36,
		Hint: `the entry's own UUID, such as "01928f3e-7c1a-7bb0-8f41-0a4b6c7d8e9f"`,
	}
}

func kindField() Field { return key("kind", `the kind of the entry, such as "judgement"`) }

// visit shows the shared fields to the form.
func (e *Entry) visit(f form) {
	scope := e.Kind.scope()
	f.uuid(idField(), &e.ID)
	f.text(kindField(), (*string)(&e.Kind))
	f.text(key("programme", `the id of the programme, such as "iaow-2013-hampshire"`), (*string)(&e.Programme))
	if scope.inspection {
		f.text(key("inspection", `the id of the inspection, such as "hampshire-2013"`), (*string)(&e.Inspection))
	}
	f.time(Field{
		Name: "occurred_at", Type: TypeTime, Required: true,
		Hint: `when it happened in RFC 3339, such as "2013-06-03T14:30:00+01:00"`,
	}, &e.OccurredAt)
	f.revision(Field{
		Name: "expected_revision", Type: TypeNumber,
		Hint: "the revision that is being changed, 0 where there is none yet",
	}, &e.ExpectedRevision)
	if scope.reason != unused {
		f.text(Field{
			Name: "reason", Type: TypeText, Required: scope.reason == required, Max: MaxReason,
			Hint: "why this changes what was recorded",
		}, &e.Reason)
	}
	if scope.note != unused {
		f.text(Field{Name: "note", Type: TypeText, Max: MaxNote, Hint: "free text"}, &e.Note)
	}
}

// Decode reads one entry. Every error is a [*FieldError]; the entry then holds
// nothing but its ID, and that only if it could be read, so that the refusal can
// name the entry. The result shares no memory with raw.
func Decode(raw []byte) (Entry, error) {
	if len(raw) > MaxEntryBytes {
		return Entry{}, refuse(CodeTooLong, "",
			fmt.Sprintf("has %d bytes: give at most %d", len(raw), MaxEntryBytes))
	}
	var r reader
	var broken *FieldError
	r.object, broken = readObject(raw, "")
	var e Entry
	r.uuid(idField(), &e.ID)
	if broken != nil {
		return Entry{ID: e.ID}, broken
	}
	id := e.ID
	if r.err == nil {
		r.text(kindField(), (*string)(&e.Kind))
	}
	if r.err != nil {
		return Entry{ID: id}, r.err
	}
	body, ok := e.Kind.zero()
	if !ok {
		return Entry{ID: id}, unknownKind()
	}
	e.visit(&r)
	e.Body = body.visit(&r)
	if name, ok := r.object.left(); ok {
		return Entry{ID: id}, unknownField(name, e.Kind)
	}
	if r.err != nil {
		return Entry{ID: id}, r.err
	}
	return e, nil
}

func unknownKind() *FieldError {
	var names []string
	for _, k := range Kinds() {
		if !k.Control() {
			names = append(names, string(k))
		}
	}
	return refuse(CodeUnknownKind, "kind", "is no kind of entry: give one of "+strings.Join(names, ", "))
}

func unknownField(name string, k Kind) *FieldError {
	var names []string
	for _, f := range Fields(k) {
		names = append(names, f.Name)
	}
	return &FieldError{
		CodeUnknownField, shortened(name),
		fmt.Sprintf("%s is no field of the kind %s: give only %s", quoted(name), k, strings.Join(names, ", ")),
	}
}
