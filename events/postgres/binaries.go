package postgres

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// OldestMajor is the oldest PostgreSQL that Aboveline runs on.
const OldestMajor = 13

const installHint = "apt-get install postgresql (Debian, Ubuntu), dnf install postgresql-server (Fedora) " +
	"or brew install postgresql (macOS)"

// Binaries are the programs of one PostgreSQL installation.
type Binaries struct {
	// Dir holds postgres and initdb, e.g. "/usr/lib/postgresql/15/bin".
	Dir string
	// Version is what `postgres --version` prints, e.g. "postgres (PostgreSQL) 15.18".
	Version string
	// Major is the number that a data directory is bound to, e.g. 15.
	Major int
}

// Find returns the server programs of this machine: the ones in PATH if there are
// any, else the newest of the usual places. It runs `postgres --version` once per
// candidate. The error satisfies [IsMissing] and names what would help.
func Find() (Binaries, error) { return find(0) }

// find is Find for data of one major version; 0 takes any.
func find(major int) (Binaries, error) {
	inPath := lookPath()
	var fit []Binaries
	var failed []error
	for _, dir := range candidates(inPath) {
		b, err := inspect(dir)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		if b.Major < OldestMajor || major != 0 && b.Major != major {
			continue
		}
		if dir == inPath {
			return b, nil
		}
		fit = append(fit, b)
	}
	if len(fit) == 0 {
		wanted := fmt.Sprintf("PostgreSQL %d or newer", OldestMajor)
		if major != 0 {
			wanted = fmt.Sprintf("PostgreSQL %d (the version that made the data)", major)
		}
		return Binaries{}, errors.Join(append([]error{&missingError{wanted: wanted}}, failed...)...)
	}
	return slices.MaxFunc(fit, func(a, b Binaries) int { return cmp.Compare(a.Major, b.Major) }), nil
}

// lookPath is the directory of the postgres in PATH, "" if there is none.
func lookPath() string {
	p, err := exec.LookPath("postgres")
	if err != nil {
		return ""
	}
	if target, err := filepath.EvalSymlinks(p); err == nil {
		p = target
	}
	return filepath.Dir(p)
}

// candidates lists directories that hold both programs, the one in PATH first.
func candidates(inPath string) []string {
	dirs := []string{inPath}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",
		"/usr/pgsql-*/bin",
		"/opt/homebrew/opt/postgresql*/bin",
		"/usr/local/opt/postgresql*/bin",
		"/usr/local/pgsql/bin",
	} {
		found, err := filepath.Glob(pattern)
		if err == nil { // the patterns are constant and well formed
			dirs = append(dirs, found...)
		}
	}
	return slices.DeleteFunc(dirs, func(d string) bool {
		return d == "" || !executable(filepath.Join(d, "postgres")) || !executable(filepath.Join(d, "initdb"))
	})
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

var majorOf = regexp.MustCompile(`\) (\d+)`)

// inspect asks the programs in dir for their version.
func inspect(dir string) (Binaries, error) {
	path := filepath.Join(dir, "postgres")
	out, err := exec.Command(path, "--version").Output()
	if err != nil {
		return Binaries{}, fmt.Errorf("postgres: %s --version: %w", path, err)
	}
	version := strings.TrimSpace(string(out))
	m := majorOf.FindStringSubmatch(version)
	if m == nil {
		return Binaries{}, fmt.Errorf("postgres: %s --version printed %q, which names no version", path, version)
	}
	major, err := strconv.Atoi(m[1])
	if err != nil {
		return Binaries{}, fmt.Errorf("postgres: %s --version: %w", path, err)
	}
	return Binaries{Dir: dir, Version: version, Major: major}, nil
}

func (b Binaries) postgres() string { return filepath.Join(b.Dir, "postgres") }

func (b Binaries) initdb() string { return filepath.Join(b.Dir, "initdb") }
