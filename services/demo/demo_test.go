package demo_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/aboveline/aboveline/services/demo"
)

const dataset = "../../deploy/examples/hampshire-2013"

// temporary gives the demo a directory for temporary files of its own. It must be
// short, for it holds Unix sockets, and others must be able to pass through it.
func temporary(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "d-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", dir)
	return dir
}

func TestDemoShowsThePublishedScores(t *testing.T) {
	defer goleak.VerifyNone(t)
	dir := temporary(t)
	var out bytes.Buffer
	if err := demo.Run(t.Context(), demo.Config{Data: dataset, Out: &out}); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, want := range []string{
		"Every score is the published one.", "4 Protecting the public", "Victim work", ": recorded, revision 2, position ",
		": conflict. ", "now: ", "What it moved", "outcome/", "They settle it", "Figures that would move",
		"It is published as revision 2",
		"replay: ", "is exactly what the preview said", "is current again after", "events/s",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "\x1b") {
		t.Error("colours were not asked for")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestDemoFailsWhereAScoreIsNotThePublishedOne(t *testing.T) {
	defer goleak.VerifyNone(t)
	temporary(t)
	data := t.TempDir()
	if err := os.CopyFS(data, os.DirFS(dataset)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(data, "framework.yaml")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	b = bytes.Replace(b, []byte("published_score: 79"), []byte("published_score: 80"), 1)
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = demo.Run(t.Context(), demo.Config{Data: data, Out: &out, Colour: true})
	if !errors.Is(err, demo.ErrMismatch) {
		t.Errorf("got %v", err)
	}
	if !strings.Contains(out.String(), "Not every score is the published one.") || !strings.Contains(out.String(), "\x1b[31m✗") {
		t.Errorf("the mismatch is not shown:\n%s", out.String())
	}
}
