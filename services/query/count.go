package query

import (
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"
)

// Count is a number that may not be known, which is null in JSON. The zero value is
// no count at all and is left out of what it belongs to.
type Count struct {
	// N is the number, nil where it is not known.
	N       *int
	present bool
}

func counted(n int, known bool) Count {
	if !known {
		return Count{present: true}
	}
	return Count{N: &n, present: true}
}

// MarshalJSON implements json.Marshaler.
func (c Count) MarshalJSON() ([]byte, error) { return json.Marshal(c.N) }

// UnmarshalJSON implements json.Unmarshaler.
func (c *Count) UnmarshalJSON(b []byte) error {
	c.present, c.N = true, nil
	return json.Unmarshal(b, &c.N)
}

// Schema implements huma.SchemaProvider.
func (Count) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeInteger, Format: "int64", Nullable: true}
}
