package schema

import (
	"fmt"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
)

// keyPattern is what [entry.TypeKey] allows: letters, marks, numbers, punctuation,
// symbols, and spaces between them.
const keyPattern = `^[\p{L}\p{M}\p{N}\p{P}\p{S}]( *[\p{L}\p{M}\p{N}\p{P}\p{S}])*$`

// entrySchema is the schema of one kind of entry.
func entrySchema(k entry.Kind) (*Schema, error) {
	properties := map[string]*Schema{}
	var required []string
	for _, f := range entry.Fields(k) {
		s, err := fieldSchema(f)
		if err != nil {
			return nil, fmt.Errorf("schema: field %s of the kind %s: %w", f.Name, k, err)
		}
		if f.Name == "kind" {
			s = &Schema{Const: string(k)}
		}
		properties[f.Name] = s
		if f.Required {
			required = append(required, f.Name)
		}
	}
	return object(properties, required), nil
}

func fieldSchema(f entry.Field) (*Schema, error) {
	s := str()
	switch f.Type {
	case entry.TypeUUID:
		s.Format = "uuid"
	case entry.TypeTime:
		s.Format = "date-time"
	case entry.TypeKey:
		s = keySchema(f)
	case entry.TypeLine, entry.TypeText, entry.TypeSource:
		s.MaxLength = f.Max
		if f.Required {
			s.MinLength = 1
		}
	case entry.TypeNumber:
		s = integer(0, int64(events.MaxRevision))
	case entry.TypeAnswers, entry.TypeAttributes:
		name := entry.Field{Required: true, Max: f.Max}
		value := keySchema(name)
		if f.Type == entry.TypeAttributes {
			value.Type = []string{"string", "null"}
		}
		s = &Schema{Type: "object", PropertyNames: keySchema(name), AdditionalProperties: value}
	default:
		return nil, fmt.Errorf("its type %d is not supported", f.Type)
	}
	s.Description = f.Hint
	return s, nil
}

func keySchema(f entry.Field) *Schema {
	s := &Schema{Type: "string", Pattern: keyPattern, MaxLength: f.Max}
	if !f.Required {
		s.Pattern = "^$|" + keyPattern
	}
	return s
}

// anyEntry is the schema of an entry of any kind that clients submit.
func anyEntry() *Schema {
	s := &Schema{}
	for _, k := range entry.Kinds() {
		if !k.Control() {
			s.OneOf = append(s.OneOf, &Schema{Ref: entryFile(k)})
		}
	}
	return s
}

// submissionSchema is the schema of [entry.Submission].
func submissionSchema() *Schema {
	return object(map[string]*Schema{
		"submission": formatted("uuid"),
		"atomic":     {Type: "boolean"},
		"entries": {
			Type: "array", MinItems: 1, MaxItems: entry.MaxEntries, Items: &Schema{Ref: "entry.json"},
		},
	}, []string{"submission", "entries"})
}
