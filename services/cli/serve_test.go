package cli_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aboveline/aboveline/services/serve"
)

// process is `aboveline serve` in a process of its own.
type process struct {
	*exec.Cmd
	ready serve.Ready
	ended chan error
}

// startServe returns when the ready file is there.
func startServe(t *testing.T, data string) *process {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ready.json")
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	p := &process{Cmd: exec.Command("aboveline", "serve", "--data-dir", data, "--listen", "127.0.0.1:0",
		"--nats-listen", "127.0.0.1:0", "--ready-file", file), ended: make(chan error, 1)}
	p.Stderr = log
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.ended <- p.Wait() }()
	t.Cleanup(func() { _ = p.Process.Kill() })
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		b, err := os.ReadFile(file)
		if err == nil {
			if err := json.Unmarshal(b, &p.ready); err != nil {
				t.Fatal(err)
			}
			return p
		}
		select {
		case <-tick.C:
		case err := <-p.ended:
			out, _ := os.ReadFile(log.Name())
			t.Fatalf("serve ended: %v\n%s", err, out)
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		}
	}
}

// stop asks for a clean stop, which must come within ten seconds.
func (p *process) stop(t *testing.T) {
	t.Helper()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-p.ended:
		if err != nil {
			t.Fatalf("serve stopped with %v, want exit code 0", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("serve did not stop within ten seconds")
	}
}

func TestServeStopsCleanlyAndKeepsWhatWasRecorded(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "cli-") // short: it holds Unix sockets
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	p := startServe(t, data)
	if p.ready.PID != p.Process.Pid || p.ready.DatabaseURL == "" || p.ready.NATSCredsFile == "" {
		t.Errorf("ready file: %+v", p.ready)
	}

	second := exec.Command("aboveline", "serve", "--data-dir", data, "--listen", "127.0.0.1:0", "--nats-listen", "127.0.0.1:0")
	out, err := second.CombinedOutput()
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok || exit.ExitCode() != 1 || !strings.Contains(string(out), "is in use by process") {
		t.Errorf("a second server on the same directory: %v\n%s", err, out)
	}

	client := func(args ...string) string {
		t.Helper()
		c := exec.Command("aboveline", append(args, "--server", p.ready.URL, "--token-file", p.ready.AdminTokenFile)...)
		b, err := c.Output()
		if err != nil {
			if exit, ok := errors.AsType[*exec.ExitError](err); ok {
				t.Fatalf("%v: %v\n%s", args, err, exit.Stderr)
			}
			t.Fatal(err)
		}
		return string(b)
	}
	client("import", dataset, "--inspection", "kept")
	before := client("scores", "kept", "--json")
	p.stop(t)
	for _, file := range []string{p.ready.AdminTokenFile, filepath.Join(data, "master.key")} {
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", file, info, err)
		}
	}

	p = startServe(t, data)
	if after := client("scores", "kept", "--json"); after != before {
		t.Errorf("the scores changed over a restart:\n%s\n%s", before, after)
	}
	p.stop(t)
	if _, err := os.Stat(p.Args[len(p.Args)-1]); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the ready file after the stop: %v", err)
	}
}
