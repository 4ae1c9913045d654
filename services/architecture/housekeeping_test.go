package architecture

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// maxLines is how long a file may be.
const maxLines = 500

// names: packages are named for what they hold.
func names() rule {
	empty := []string{"util", "utils", "common", "helper", "helpers", "misc", "shared", "base", "lib", "types"}
	return rule{
		Name: "no package is named " + strings.Join(empty, ", "),
		Why:  "such a name says nothing of what is inside, so everything ends up there; name it for its noun",
		Check: func(t tree) (found []finding) {
			for _, p := range t.sorted() {
				if slices.Contains(empty, path.Base(p.Path)) {
					found = append(found, finding{p.Path, "is named " + path.Base(p.Path)})
				}
			}
			return found
		},
	}
}

// docs: every package says once what it guarantees.
func docs() rule {
	return rule{
		Name: "every package has one package comment, in one file",
		Why: "it is where a package states its guarantees (durability, order, idempotency, who closes); " +
			"two comments contradict each other sooner or later",
		Check: func(t tree) (found []finding) {
			for _, p := range t.sorted() {
				files := p.production()
				if len(files) == 0 {
					files = p.Files // a package of tests only
				}
				var with []string
				for _, f := range files {
					if f.Doc {
						with = append(with, path.Base(f.Path))
					}
				}
				switch len(with) {
				case 0:
					found = append(found, finding{p.Path, "has no package comment; write doc.go"})
				case 1:
				default:
					found = append(found, finding{p.Path, "has package comments in " + strings.Join(with, " and ")})
				}
			}
			return found
		},
	}
}

// sizes: files that a person reads in one sitting.
func sizes() rule {
	return rule{
		Name: fmt.Sprintf("no file is longer than %d lines (generated ones excepted)", maxLines),
		Why:  "one noun a file; a long file holds several and hides all but the first",
		Check: func(t tree) (found []finding) {
			for _, p := range t.sorted() {
				for _, f := range p.Files {
					if f.Lines > maxLines && !f.Generated {
						found = append(found, finding{f.Path, fmt.Sprintf("has %d lines", f.Lines)})
					}
				}
			}
			return found
		},
	}
}

// top: the tree is the architecture, so its top has nothing else.
func top() rule {
	allowed := []string{
		"events/", "projections/", "services/", "deploy/",
		"go.work", "go.work.sum", "Makefile", "README.md", "LICENSE", "CONTRIBUTING.md", "CHANGELOG.md",
		"bin/", // built, not committed
	}
	return rule{
		Name: "the top holds " + strings.Join(allowed, " ") + " and dotfiles, nothing else",
		Why:  "the top is the first thing a stranger reads: three floors, what an operator needs, and how to start",
		Check: func(t tree) (found []finding) {
			for _, name := range t.Top {
				if name[0] != '.' && !slices.Contains(allowed, name) {
					found = append(found, finding{name, "lies at the top"})
				}
			}
			return found
		},
	}
}

// modules: Go code lies on a floor.
func modules() rule {
	return rule{
		Name: "Go code lies in the modules events, projections and services",
		Why:  "what lies elsewhere is built by no module, tested by no target and bound by no floor",
		Check: func(t tree) (found []finding) {
			for _, p := range t.sorted() {
				if !underAny(p.Path, "events", "projections", "services") {
					found = append(found, finding{p.Path, "has Go files"})
				}
			}
			return found
		},
	}
}
