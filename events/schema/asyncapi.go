package schema

import (
	"bytes"
	_ "embed"
	"fmt"
	"text/template"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
)

//go:embed asyncapi.yaml.tmpl
var asyncAPITemplate string

// asyncAPI makes asyncapi.yaml.
func asyncAPI(r *events.Registry) ([]byte, error) {
	t, err := template.New("asyncapi.yaml").Option("missingkey=error").Parse(asyncAPITemplate)
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	type kind struct {
		Type    events.Type
		Version int
		File    string
	}
	var data struct {
		Kinds      []kind
		MaxEntries int
	}
	data.MaxEntries = entry.MaxEntries
	for _, k := range r.Kinds() {
		data.Kinds = append(data.Kinds, kind{k.Type, k.Version, eventFile(k)})
	}
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	return b.Bytes(), nil
}
