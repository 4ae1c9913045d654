package api

import (
	"io"

	"github.com/danielgtaylor/huma/v2"
)

// JSONWriter is a body that writes itself as JSON, as encoding/json would: for
// answers that are so long that the difference shows.
type JSONWriter interface {
	WriteJSON(w io.Writer) error
}

// jsonFormat is huma's, but for those bodies.
func jsonFormat() huma.Format {
	return huma.Format{
		Marshal: func(w io.Writer, v any) error {
			if body, ok := v.(JSONWriter); ok {
				return body.WriteJSON(w)
			}
			return huma.DefaultJSONFormat.Marshal(w, v)
		},
		Unmarshal: huma.DefaultJSONFormat.Unmarshal,
	}
}
