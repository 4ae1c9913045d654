package framework_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aboveline/aboveline/events/framework"
)

var update = flag.Bool("update", false, "write the problems that were found into testdata/broken")

// section is one "-- name --" part of a golden file in the txtar format.
type section struct{ name, body string }

func readSections(text string) (comment string, sections []section) {
	for line := range strings.Lines(text) {
		name, found := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "-- ")
		if name, ok := strings.CutSuffix(name, " --"); found && ok {
			sections = append(sections, section{name: name})
			continue
		}
		if len(sections) == 0 {
			comment += line
			continue
		}
		sections[len(sections)-1].body += line
	}
	return comment, sections
}

func problems(t *testing.T, source string) string {
	t.Helper()
	_, err := framework.Parse("f.yaml", []byte(source))
	if err == nil {
		return ""
	}
	var ps framework.Problems
	if !errors.As(err, &ps) || len(ps) == 0 {
		t.Fatalf("the error is %T: %v", err, err)
	}
	return err.Error() + "\n"
}

// Each case of testdata/broken edits testdata/base.yaml (sections old and new, perhaps
// several) or is a whole file (section file); problems are all that Parse reports.
func TestBrokenFiles(t *testing.T) {
	t.Parallel()
	base, err := os.ReadFile("testdata/base.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got := problems(t, string(base)); got != "" {
		t.Fatalf("base.yaml:\n%s", got)
	}
	files, err := filepath.Glob("testdata/broken/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		comment, sections := readSections(string(text))
		written, source := comment, ""
		old := ""
		for _, s := range sections {
			name, kind := filepath.Split(s.name)
			switch kind {
			case "file":
				source = s.body
			case "old":
				old = strings.TrimSuffix(s.body, "\n")
				if source == "" {
					source = string(base)
				}
				if n := strings.Count(source, old); n != 1 {
					t.Fatalf("%s: %s occurs %d times in base.yaml", file, s.name, n)
				}
			case "new":
				source = strings.Replace(source, old, strings.TrimSuffix(s.body, "\n"), 1)
			case "problems":
				got := problems(t, source)
				if diff := cmp.Diff(s.body, got); diff != "" && !*update {
					t.Errorf("%s: %s (-want +got):\n%s", file, name, diff)
				}
				s.body, source = got, ""
			}
			written += "-- " + s.name + " --\n" + s.body
		}
		if *update {
			if err := os.WriteFile(file, []byte(written), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
