package postgres_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/aboveline/aboveline/events/postgres"
)

// TestClosedDirectories starts a server below directories that nobody but the
// caller may enter. For a caller that is root this is where the server's account
// cannot follow; any other caller finds the ordinary case.
func TestClosedDirectories(t *testing.T) {
	t.Parallel()
	closed, err := os.MkdirTemp("", "closed") // mode 0700
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(closed); err != nil {
			t.Error(err)
		}
	})
	dir := filepath.Join(closed, "one", "two")
	for round := range 2 {
		s := start(t, postgres.Config{Dir: dir})
		query(t, s.AdminURL(), "CREATE TABLE IF NOT EXISTS facts (n int)")
		query(t, s.AdminURL(), "INSERT INTO facts VALUES (1)")
		if got := query(t, s.AdminURL(), "SELECT count(*)::text FROM facts"); got != strconv.Itoa(round+1) {
			t.Errorf("round %d finds %s rows", round, got)
		}
		query(t, s.AdminURL(), "SELECT pg_reload_conf()::text")
		if err := s.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(closed)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the directory of the caller now has mode %v (%v)", info.Mode(), err)
	}
}

func TestServerIsNotRoot(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	start(t, postgres.Config{Dir: dir})
	pids := processesIn(t, filepath.Join(dir, "data"))
	if len(pids) == 0 {
		t.Fatal("the server's processes are not where the test looks for them")
	}
	for _, pid := range pids {
		status, err := os.ReadFile(filepath.Join("/proc", pid, "status"))
		if err != nil {
			continue // ended meanwhile
		}
		for line := range strings.Lines(string(status)) {
			if f := strings.Fields(line); f[0] == "Uid:" && (f[1] == "0" || f[2] == "0") {
				t.Errorf("process %s of the server runs as root", pid)
			}
		}
	}
}
