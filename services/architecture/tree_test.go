package architecture

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// root is the path that the import paths of all three modules begin with.
const root = "github.com/aboveline/aboveline/"

// A tree is what the rules look at: the top of the repository and the Go
// packages below it.
type tree struct {
	// Top lists the entries of the top directory; directories end in "/".
	Top []string
	// Packages by path from the top, e.g. "events/ledger".
	Packages map[string]*pkg
}

type pkg struct {
	Path  string
	Files []*file
}

type file struct {
	// Path from the top, e.g. "events/ledger/ledger.go".
	Path      string
	Test      bool // its name ends in _test.go
	Generated bool
	Doc       bool // has a package comment
	Lines     int
	Imports   []use
	// Selectors of imported packages that are used, e.g. "time.Now", and the
	// names of floating-point types.
	Uses []use
}

// A use is something named at a place: an import path or a selector.
type use struct {
	Name string
	Line int
}

// dependencies are the packages of this repository that p's production code
// leads to, directly or not, p itself included.
func (t tree) dependencies(p *pkg) []*pkg {
	seen := map[string]*pkg{p.Path: p}
	for queue := []*pkg{p}; len(queue) > 0; queue = queue[1:] {
		for _, f := range queue[0].production() {
			for _, imported := range f.Imports {
				own, ok := strings.CutPrefix(imported.Name, root)
				next := t.Packages[own]
				if !ok || next == nil || seen[own] != nil {
					continue
				}
				seen[own] = next
				queue = append(queue, next)
			}
		}
	}
	return slices.SortedFunc(maps.Values(seen), func(a, b *pkg) int { return strings.Compare(a.Path, b.Path) })
}

// sorted are t's packages by path.
func (t tree) sorted() []*pkg {
	return slices.SortedFunc(maps.Values(t.Packages), func(a, b *pkg) int { return strings.Compare(a.Path, b.Path) })
}

// production are p's files that are not tests.
func (p *pkg) production() []*file {
	return slices.DeleteFunc(slices.Clone(p.Files), func(f *file) bool { return f.Test })
}

// within reports whether p lies in the directory dir or below it.
func (p *pkg) within(dir string) bool { return within(p.Path, dir) }

func within(name, dir string) bool { return name == dir || strings.HasPrefix(name, dir+"/") }

// read reads the tree under fsys. Directories that the go command passes over
// (testdata, names that begin with a dot or an underscore) are passed over.
func read(fsys fs.FS) (tree, error) {
	t := tree{Packages: map[string]*pkg{}}
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		switch base := path.Base(name); {
		case err != nil || name == ".":
			return err
		case entry.IsDir():
			if !strings.Contains(name, "/") {
				t.Top = append(t.Top, name+"/")
			}
			if base == "testdata" || base[0] == '.' || base[0] == '_' {
				return fs.SkipDir
			}
			return nil
		case !strings.Contains(name, "/"):
			t.Top = append(t.Top, name)
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		f, err := readFile(fsys, name)
		if err != nil {
			return err
		}
		dir := path.Dir(name)
		if t.Packages[dir] == nil {
			t.Packages[dir] = &pkg{Path: dir}
		}
		t.Packages[dir].Files = append(t.Packages[dir].Files, f)
		return nil
	})
	return t, err
}

func readFile(fsys fs.FS, name string) (*file, error) {
	source, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	set := token.NewFileSet()
	syntax, err := parser.ParseFile(set, name, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	f := &file{
		Path:      name,
		Test:      strings.HasSuffix(name, "_test.go"),
		Generated: ast.IsGenerated(syntax),
		Doc:       syntax.Doc.Text() != "",
		Lines:     set.File(syntax.Pos()).LineCount(),
	}
	line := func(n ast.Node) int { return set.Position(n.Pos()).Line }
	names := map[string]string{} // local name of an import -> its path
	for _, spec := range syntax.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, fmt.Errorf("read %s: import %s: %w", name, spec.Path.Value, err)
		}
		f.Imports = append(f.Imports, use{imported, line(spec)})
		local := path.Base(imported)
		if spec.Name != nil {
			local = spec.Name.Name
		}
		names[local] = imported
	}
	ast.Inspect(syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && names[x.Name] != "" {
				f.Uses = append(f.Uses, use{names[x.Name] + "." + n.Sel.Name, line(n)})
			}
		case *ast.Ident:
			if n.Name == "float32" || n.Name == "float64" {
				f.Uses = append(f.Uses, use{n.Name, line(n)})
			}
		}
		return true
	})
	return f, nil
}
