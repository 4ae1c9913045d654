package entry

import "fmt"

// Encode writes the entry as JSON that [Decode] reads back to the same entry. It
// is deterministic. It refuses, with the same [*FieldError], what Decode would
// refuse.
func (e Entry) Encode() ([]byte, error) { return e.Canonical() }

// Canonical writes the bytes that stand for the content of the entry: equal for
// two entries exactly when every field is equal. They are JSON in UTF-8 without
// white space: the fields in the order of [Fields], absent where they are empty
// (a table or a number that is required is always there), the members of tables
// sorted by the bytes of their names, strings escaped as little as RFC 8785
// allows, ids in lower case, times in UTC with at most six digits of a second and
// no trailing zeros.
//
// A digest of these bytes tells a resend from another entry under the same id, for
// ever: a later release may add optional fields, but never writes the same content
// in another way.
func (e Entry) Canonical() ([]byte, error) {
	if e.Body == nil {
		return nil, refuse(CodeUnknownKind, "kind", "cannot be told: give the entry a body, such as a Judgement")
	}
	if e.Kind == "" {
		e.Kind = e.Body.Kind()
	}
	if e.Kind != e.Body.Kind() {
		return nil, refuse(CodeUnknownKind, "kind",
			fmt.Sprintf("is %s, but the body is of the kind %s: give both the same", quoted(string(e.Kind)), e.Body.Kind()))
	}
	if err := e.unwritable(); err != nil {
		return nil, err
	}
	w := writer{buf: make([]byte, 0, 512)}
	e.visit(&w)
	e.Body.visit(&w)
	if w.err != nil {
		return nil, w.err
	}
	w.buf = append(w.buf, '}')
	if len(w.buf) > MaxEntryBytes {
		return nil, refuse(CodeTooLong, "",
			fmt.Sprintf("has %d bytes: give at most %d", len(w.buf), MaxEntryBytes))
	}
	return w.buf, nil
}

// unwritable refuses shared fields that the kind has no room for.
func (e *Entry) unwritable() error {
	scope := e.Kind.scope()
	switch {
	case e.Inspection != "" && !scope.inspection:
		return unknownField("inspection", e.Kind)
	case e.Reason != "" && scope.reason == unused:
		return unknownField("reason", e.Kind)
	case e.Note != "" && scope.note == unused:
		return unknownField("note", e.Kind)
	}
	return nil
}
