package schema_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/schema"
	"github.com/google/go-cmp/cmp"
)

func generate(t *testing.T) *schema.Generated {
	t.Helper()
	g, err := schema.Generate(events.Current())
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestCommittedFilesAreWhatIsGenerated(t *testing.T) {
	t.Parallel()
	g := generate(t)
	for name, want := range g.Files {
		got, err := os.ReadFile(name)
		if err != nil {
			t.Errorf("%v: run go generate ./schema in the module events", err)
			continue
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s is out of date: run go generate ./schema in the module events (-want +got):\n%s", name, diff)
		}
	}
	committed, err := filepath.Glob("*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range committed {
		if _, ok := g.Files[name]; !ok {
			t.Errorf("%s is not generated any more: put its type back", name)
		}
	}
}

func TestCommittedKindsNeverChange(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("versions.lock")
	if err != nil {
		t.Fatal(err)
	}
	lock, err := schema.ParseLock(text)
	if err != nil {
		t.Fatal(err)
	}
	extended, err := lock.Extend(generate(t).Kinds)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(extended.Encode()), string(text)); diff != "" {
		t.Errorf("versions.lock lacks kinds: run go generate ./schema in the module events (-want +got):\n%s", diff)
	}
}
