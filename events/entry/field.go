package entry

// FieldType is the shape of a field's value.
type FieldType int

// The types of fields.
const (
	// TypeUUID is a string of 36 characters, 8-4-4-4-12.
	TypeUUID FieldType = iota
	// TypeKey is an identifier: printable characters, no space at either end.
	TypeKey
	// TypeLine is text of one line.
	TypeLine
	// TypeText is text of any number of lines.
	TypeText
	// TypeSource is a file, byte for byte.
	TypeSource
	// TypeTime is an RFC 3339 time with an offset from UTC.
	TypeTime
	// TypeNumber is a whole number from 0 to [events.MaxRevision].
	TypeNumber
	// TypeAnswers is an object of keys.
	TypeAnswers
	// TypeAttributes is an object of keys or null.
	TypeAttributes
)

// Field describes one field of a kind of entry.
type Field struct {
	Name     string
	Type     FieldType
	Required bool
	// Max limits strings (and names and strings within an object), in bytes.
	Max int
	// Hint says what the field should hold; it completes "give …".
	Hint string
}

// Fields lists the fields of a kind in the order in which [Entry.Canonical] writes
// them; nil for a kind that this release does not know.
func Fields(k Kind) []Field {
	body, ok := k.zero()
	if !ok {
		return nil
	}
	var l lister
	e := Entry{Kind: k}
	e.visit(&l)
	body.visit(&l)
	return l.fields
}

// lister is the form that lists the fields.
type lister struct{ fields []Field }

func (l *lister) uuid(f Field, _ *uuidValue)         { l.fields = append(l.fields, f) }
func (l *lister) text(f Field, _ *string)            { l.fields = append(l.fields, f) }
func (l *lister) time(f Field, _ *timeValue)         { l.fields = append(l.fields, f) }
func (l *lister) number(f Field, _ *int)             { l.fields = append(l.fields, f) }
func (l *lister) revision(f Field, _ **revisionType) { l.fields = append(l.fields, f) }
func (l *lister) table(f Field, _ table)             { l.fields = append(l.fields, f) }

func key(name, hint string) Field {
	return Field{Name: name, Type: TypeKey, Required: true, Max: MaxKey, Hint: hint}
}

func line(name, hint string) Field {
	return Field{Name: name, Type: TypeLine, Required: true, Max: MaxName, Hint: hint}
}

func answers(name, hint string) Field {
	return Field{Name: name, Type: TypeAnswers, Required: true, Max: MaxKey, Hint: hint}
}

func (f Field) optional() Field {
	f.Required = false
	return f
}
