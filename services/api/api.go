package api

import (
	"net/http"
	"path"
	"reflect"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Version is the version of the HTTP API; a change of openapi.json needs a new
// one.
const Version = "0.1.0"

// BodyLimit is the largest request body that is read, in bytes: what fits into a
// message of SUBMISSIONS, which has at most 8 MiB.
const BodyLimit = 7 << 20

var install sync.Once

// New makes the API on the mux. OpenAPI is served as /openapi.json; no
// documentation page is served, because it would load scripts from elsewhere.
func New(mux *http.ServeMux) huma.API {
	install.Do(func() { // huma has one error constructor for the process
		huma.NewError = fromHuma
		huma.NewErrorWithContext = func(_ huma.Context, status int, msg string, errs ...error) huma.StatusError {
			return fromHuma(status, msg, errs...)
		}
	})
	config := huma.DefaultConfig("Aboveline", Version)
	config.DocsPath = ""
	config.SchemasPath = ""
	config.CreateHooks = nil
	config.RejectUnknownQueryParameters = true
	config.Formats = map[string]huma.Format{"application/json": jsonFormat(), "json": jsonFormat()}
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", BearerFormat: "JWT"},
	}
	config.Security = []map[string][]string{{"bearer": {}}}
	return humago.New(mux, config)
}

// schemaName is the name of a type in openapi.json: two packages may have a type
// of the same name, so ours carry their package's.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := huma.DefaultSchemaNamer(t, hint)
	if t.Name() == "" || !strings.HasPrefix(t.PkgPath(), "github.com/aboveline/") {
		return name
	}
	p := path.Base(t.PkgPath())
	return strings.ToUpper(p[:1]) + p[1:] + name
}
