package schema

import (
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	dialect = "https://json-schema.org/draft/2020-12/schema"
	// base is what the names of the files are relative to in $id.
	base = "https://github.com/aboveline/aboveline/events/schema/"
)

// Schema is a JSON Schema, as far as this package needs one.
type Schema struct {
	Dialect         string             `json:"$schema,omitempty"`
	ID              string             `json:"$id,omitempty"`
	Title           string             `json:"title,omitempty"`
	Description     string             `json:"description,omitempty"`
	Ref             string             `json:"$ref,omitempty"`
	Type            any                `json:"type,omitempty"` // a string or a []string
	Const           any                `json:"const,omitempty"`
	Enum            []string           `json:"enum,omitempty"`
	Format          string             `json:"format,omitempty"`
	ContentEncoding string             `json:"contentEncoding,omitempty"`
	Pattern         string             `json:"pattern,omitempty"`
	MinLength       int                `json:"minLength,omitzero"`
	MaxLength       int                `json:"maxLength,omitzero"`
	Minimum         *int64             `json:"minimum,omitempty"`
	Maximum         *int64             `json:"maximum,omitempty"`
	MinItems        int                `json:"minItems,omitzero"`
	MaxItems        int                `json:"maxItems,omitzero"`
	Items           *Schema            `json:"items,omitempty"`
	Required        []string           `json:"required,omitempty"`
	PropertyNames   *Schema            `json:"propertyNames,omitempty"`
	Properties      map[string]*Schema `json:"properties,omitempty"`
	// AdditionalProperties is false or the *Schema of a map's values.
	AdditionalProperties any                `json:"additionalProperties,omitzero"`
	OneOf                []*Schema          `json:"oneOf,omitempty"`
	Defs                 map[string]*Schema `json:"$defs,omitempty"`
}

// document makes s the schema of a file.
func (s *Schema) document(file, title string) *Schema {
	s.Dialect, s.ID, s.Title = dialect, base+file, title
	return s
}

// encode is the text of the file.
func (s *Schema) encode() ([]byte, error) {
	b, err := json.Marshal(s, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		return nil, fmt.Errorf("schema: %s: %w", s.ID, err)
	}
	return append(b, '\n'), nil
}

// object is the schema of an object with exactly these properties.
func object(properties map[string]*Schema, required []string) *Schema {
	return &Schema{Type: "object", Required: required, Properties: properties, AdditionalProperties: false}
}

func str() *Schema { return &Schema{Type: "string"} }

func formatted(format string) *Schema { return &Schema{Type: "string", Format: format} }

func integer(least, most int64) *Schema {
	s := &Schema{Type: "integer", Minimum: &least}
	if most > 0 {
		s.Maximum = &most
	}
	return s
}
