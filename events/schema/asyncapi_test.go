package schema_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

func TestAsyncAPI(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("asyncapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := yaml.UnmarshalWithOptions(text, &doc, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	if doc["asyncapi"] != "3.0.0" {
		t.Errorf("asyncapi is %v, want 3.0.0", doc["asyncapi"])
	}
	for _, channel := range []string{"submissions", "receipts", "recorded"} {
		if at(doc, "channels", channel) == nil {
			t.Errorf("there is no channel %s", channel)
		}
	}
	refs := refsOf(doc)
	files := generate(t).Files
	for _, ref := range refs {
		if file, ok := strings.CutPrefix(ref, "./"); ok {
			if files[file] == nil {
				t.Errorf("%s refers to no file", ref)
			}
		} else if at(doc, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...) == nil {
			t.Errorf("%s refers to nothing in the document", ref)
		}
	}
	for file := range files {
		if strings.Contains(file, ".v") && !slices.Contains(refs, "./"+file) {
			t.Errorf("%s is in no channel", file)
		}
	}
}

// at follows a path of names.
func at(v any, path ...string) any {
	for _, name := range path {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

// refsOf lists every $ref.
func refsOf(v any) []string {
	var refs []string
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if ref, ok := member.(string); ok && name == "$ref" {
				refs = append(refs, ref)
			}
			refs = append(refs, refsOf(member)...)
		}
	case []any:
		for _, item := range v {
			refs = append(refs, refsOf(item)...)
		}
	}
	return refs
}
