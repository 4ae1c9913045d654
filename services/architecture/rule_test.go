package architecture

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A rule is one thing that must hold of the tree, and why.
type rule struct {
	Name  string // in a few words, as a statement
	Why   string
	Check func(tree) []finding
}

// A finding is one place where a rule does not hold.
type finding struct {
	Where string // a file with its line, a package, or an entry of the top
	What  string
}

// rules are all of them.
func rules() []rule {
	return []rule{
		floors(), contract(), databases(), carriers(), server(), purity(), exactness(),
		testOnly(), names(), docs(), sizes(), top(), modules(),
	}
}

// message is what a failing test prints.
func (r rule) message(f finding) string {
	return fmt.Sprintf("%s: %s\n\trule: %s\n\twhy:  %s", f.Where, f.What, r.Name, r.Why)
}

// at is a finding in a file.
func at(f *file, line int, format string, args ...any) finding {
	return finding{fmt.Sprintf("%s:%d", f.Path, line), fmt.Sprintf(format, args...)}
}

// imports finds the imports in files that are bad; note ends what it says of them.
func imports(files []*file, note string, bad func(imported string) bool) []finding {
	var found []finding
	for _, f := range files {
		for _, imported := range f.Imports {
			if bad(imported.Name) {
				found = append(found, at(f, imported.Line, "imports %s%s", strings.TrimPrefix(imported.Name, root), note))
			}
		}
	}
	return found
}

// underAny reports whether an import path or directory is one of those given or
// lies below it.
func underAny(name string, dirs ...string) bool {
	return slices.ContainsFunc(dirs, func(dir string) bool { return within(name, dir) })
}

// standard reports whether an import path is one of the standard library.
func standard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".")
}

// list spells out directories and the reason for each.
func list(reasons map[string]string) string {
	var parts []string
	for _, dir := range slices.Sorted(maps.Keys(reasons)) {
		parts = append(parts, fmt.Sprintf("%s (%s)", dir, reasons[dir]))
	}
	return strings.Join(parts, ", ")
}

// oneOf reports whether a package lies in one of the directories.
func oneOf(reasons map[string]string, p *pkg) bool {
	return underAny(p.Path, slices.Collect(maps.Keys(reasons))...)
}
