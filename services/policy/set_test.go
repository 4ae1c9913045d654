package policy

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

const sources = "../../deploy/policies"

func TestEmbeddedCopiesAreCurrent(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(sources, "*.cedar")) // sorted
	if err != nil || len(files) == 0 {
		t.Fatalf("no policies in %s: %v", sources, err)
	}
	var all []byte
	for _, f := range files {
		all = append(all, read(t, f)...)
	}
	for name, want := range map[string][]byte{
		"policies.cedar":     all,
		"schema.cedarschema": read(t, filepath.Join(sources, "schema.cedarschema")),
	} {
		if !bytes.Equal(read(t, name), want) {
			t.Errorf("services/policy/%s differs from deploy/policies; run: go generate ./services/policy", name)
		}
	}
}

func TestLoadSources(t *testing.T) {
	t.Parallel()
	set, err := Load(os.DirFS(sources))
	if err != nil {
		t.Fatal(err)
	}
	if have, want := len(set.policies), len(embedded(t).policies); have != want {
		t.Errorf("%d policies in %s, %d built in", have, sources, want)
	}
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	const good = "@id(\"good\")\npermit (principal, action, resource);\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"none": {map[string]string{"notes.txt": good}, []string{"no policies", ".cedar"}},
		"does not parse": {
			map[string]string{"a.cedar": good + "permit (principal, action"}, []string{"a.cedar"},
		},
		"no id": {map[string]string{"a.cedar": "permit (principal, action, resource);"}, []string{"a.cedar:1", "@id"}},
		"one id twice": {
			map[string]string{"a.cedar": good, "b.cedar": "\n" + good}, []string{"b.cedar:", `"good"`, "a.cedar:"},
		},
		"unknown action": {
			map[string]string{"a.cedar": `@id("x") permit (principal, action == Action::"ReadScore", resource);`},
			[]string{"a.cedar:1", `"x"`, "ReadScore"},
		},
		"unknown role": {
			map[string]string{"a.cedar": `@id("x") permit (principal in TokenRole::"king", action, resource);`},
			[]string{"a.cedar:1", `"x"`, "king"},
		},
		"unknown role in a condition": {
			map[string]string{"a.cedar": `@id("x") permit (principal, action, resource)` +
				` when { principal in MemberRole::"king" };`},
			[]string{"a.cedar:1", `"x"`, "king"},
		},
		"unknown attribute": {
			map[string]string{"a.cedar": `@id("x") permit (principal, action, resource) when { principal.salary > 1 };`},
			[]string{"a.cedar:1", "salary"},
		},
		"optional attribute not asked for": {
			map[string]string{"a.cedar": `@id("x") forbid (principal, action, resource is Inspection)` +
				` unless { principal.scope == resource };`},
			[]string{"a.cedar:1", "scope"},
		},
		"two at once": {
			map[string]string{"a.cedar": "permit (principal, action, resource);", "b.cedar": "nonsense"},
			[]string{"a.cedar:1", "b.cedar"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fsys := fstest.MapFS{}
			for f, text := range c.files {
				fsys[f] = &fstest.MapFile{Data: []byte(text)}
			}
			_, err := Load(fsys)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error does not say %q:\n%v", want, err)
				}
			}
			t.Log(err)
		})
	}
}

// The schema, the actions and the roles of a release are one list each.
func TestSchemaMustFitTheRelease(t *testing.T) {
	t.Parallel()
	text := string(schemaSource)
	for name, c := range map[string]struct{ from, to, want string }{
		"does not parse":     {"entity Programme;", "entity Programme", "s.cedarschema"},
		"does not resolve":   {"in [Programme]", "in [Planet]", "Planet"},
		"action too many":    {`action "ReadMetrics"`, `action "ReadMinds", "ReadMetrics"`, `"ReadMinds" is unknown`},
		"action missing":     {`"AddTeamMember", `, "", `"AddTeamMember" is missing`},
		"token role missing": {`"administrator", "lead"`, `"lead"`, `token roles: "administrator" is missing`},
		"member role more":   {"enum [\n  \"lead\"", "enum [\n  \"king\", \"lead\"", `member roles: "king" is unknown`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changed := strings.Replace(text, c.from, c.to, 1)
			if changed == text {
				t.Fatalf("the schema does not hold %q", c.from)
			}
			_, err := parseSchema("s.cedarschema", []byte(changed))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one that says %q", err, c.want)
			}
		})
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
