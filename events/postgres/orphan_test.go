package postgres_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events/postgres"
)

// spawn runs a child that has a server in dir, and returns the child and the URL.
func spawn(t *testing.T, dir string, env ...string) (*exec.Cmd, string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(append(os.Environ(), childDir+"="+dir), env...)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stdin.Close() })
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	url, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("the child did not start a server: %v", err)
	}
	return cmd, strings.TrimSpace(url)
}

// kill ends a process as kill -9 does and waits for it.
func kill(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the child ended by itself")
	}
}

// processesIn lists the processes that work in a data directory.
func processesIn(t *testing.T, data string) []string {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		t.Fatal(err)
	}
	var pids []string
	for _, link := range links {
		if to, err := os.Readlink(link); err == nil && to == data {
			pids = append(pids, filepath.Base(filepath.Dir(link)))
		}
	}
	return pids
}

func awaitNone(t *testing.T, data string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		left := processesIn(t, data)
		if len(left) == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("processes %v of the server are still there", left)
		}
	}
}

func TestKilledParentLeavesNoServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd, url := spawn(t, dir)
	query(t, url, "CREATE TABLE facts (n int)")
	if len(processesIn(t, filepath.Join(dir, "data"))) < 2 {
		t.Fatal("the server's processes are not where the test looks for them")
	}
	kill(t, cmd)
	awaitNone(t, filepath.Join(dir, "data"))
	s := start(t, postgres.Config{Dir: dir})
	if got := query(t, s.AdminURL(), "SELECT to_regclass('facts')::text"); got != "facts" {
		t.Errorf("after the kill, table facts is %q", got)
	}
	config, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(config.Host); config.Host != filepath.Join(dir, "socket") && err == nil {
		t.Errorf("the killed server's socket directory %s is still there", config.Host)
	}
}

func TestParentThatExitsLeavesNoServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd, _ := spawn(t, dir)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the child ended by itself")
	}
	awaitNone(t, filepath.Join(dir, "data"))
	start(t, postgres.Config{Dir: dir}) // takes away what the child left behind
}

func TestStartRightAfterAKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for round := range 3 {
		cmd, url := spawn(t, dir)
		query(t, url, "CREATE TABLE round_"+strconv.Itoa(round)+" (n int)")
		if _, err := postgres.Start(t.Context(), postgres.Config{Dir: dir}); !postgres.IsInUse(err) {
			t.Fatalf("start on a directory of another process: %v, want IsInUse", err)
		}
		kill(t, cmd)
	}
	s := start(t, postgres.Config{Dir: dir})
	if got := query(t, s.AdminURL(), "SELECT count(*)::text FROM pg_class WHERE relname ~ '^round_'"); got != "3" {
		t.Errorf("%s of 3 tables survived", got)
	}
}

func TestServerOfSomebodyElseIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, postgres.Config{Dir: dir})
	// Another lock file is all that makes the running server a stranger.
	if err := os.Rename(filepath.Join(dir, "lock"), filepath.Join(dir, "lock.away")); err != nil {
		t.Fatal(err)
	}
	_, err := postgres.Start(t.Context(), postgres.Config{Dir: dir})
	if !postgres.IsInUse(err) || !strings.Contains(err.Error(), "not started by aboveline") {
		t.Errorf("start beside a stranger: %v", err)
	}
	if got := query(t, s.AdminURL(), "SELECT 'alive'"); got != "alive" {
		t.Error("the stranger was harmed")
	}
}
