package architecture

import (
	"os"
	"strings"
	"testing"
)

// TestTree checks every rule against this repository.
func TestTree(t *testing.T) {
	t.Parallel()
	tree, err := read(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	if len(tree.Packages) < 3 {
		t.Fatalf("read only %d packages; is ../.. the top of the repository?", len(tree.Packages))
	}
	for _, rule := range rules() {
		t.Run(strings.ReplaceAll(first(rule.Name), " ", "-"), func(t *testing.T) {
			t.Parallel()
			for _, finding := range rule.Check(tree) {
				t.Error(rule.message(finding))
			}
		})
	}
}

// first is the statement of a rule without its list.
func first(name string) string {
	name, _, _ = strings.Cut(name, ":")
	return name
}
