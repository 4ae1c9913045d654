package faults_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aboveline/aboveline/services/serve"
)

// startsWithin bounds the start of the server on a busy machine.
const startsWithin = 30 * time.Second

// process is `aboveline serve` as a child. After a kill it can be started again,
// with the same data at the same addresses.
type process struct {
	t     *testing.T
	dir   string
	args  []string
	ready serve.Ready
	cmd   *exec.Cmd
	ended chan struct{}
	runs  int
}

// newProcess starts a server on a data directory. It is killed at the end of the
// test, and its log is shown if the test failed.
func newProcess(t *testing.T, dir, databaseURL string, args ...string) *process {
	t.Helper()
	p := &process{t: t, dir: dir, args: append([]string{"--database-url", databaseURL}, args...)}
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("the end of the server's log:\n%s", tail(p.logFile(), 6000))
		}
	})
	p.start()
	return p
}

func (p *process) logFile() string { return filepath.Join(p.dir, "serve.log") }

// start starts the server and waits until it is ready.
func (p *process) start() {
	p.t.Helper()
	p.launch()
	p.await()
}

// launch starts the server and does not wait.
func (p *process) launch() {
	p.t.Helper()
	path, err := program()
	if err != nil {
		p.t.Fatal(err)
	}
	log, err := os.OpenFile(p.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		p.t.Fatal(err)
	}
	defer log.Close()
	ready := filepath.Join(p.dir, "ready.json")
	if err := os.RemoveAll(ready); err != nil {
		p.t.Fatal(err)
	}
	listen, nats := "127.0.0.1:0", "127.0.0.1:0"
	if p.ready.URL != "" {
		listen, nats = host(p.t, p.ready.URL), host(p.t, p.ready.NATSURL)
	}
	args := append([]string{
		"serve", "--data-dir", filepath.Join(p.dir, "data"), "--ready-file", ready,
		"--listen", listen, "--nats-listen", nats,
	}, p.args...)
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = log, log, attributes()
	started, ended := make(chan error), make(chan struct{})
	go func() {
		// The signal at the parent's death goes by the thread that forked.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(ended)
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // killed, mostly
		}
	}()
	if err := <-started; err != nil {
		p.t.Fatal(err)
	}
	p.cmd, p.ended = cmd, ended
	p.runs++
}

// await returns when the server is ready.
func (p *process) await() {
	p.t.Helper()
	eventually(p.t, startsWithin, "the start of the server", func() error {
		select {
		case <-p.ended:
			p.t.Fatalf("the server ended at start: %s\n%s", p.cmd.ProcessState, tail(p.logFile(), 2000))
		default:
		}
		b, err := os.ReadFile(filepath.Join(p.dir, "ready.json"))
		if err != nil {
			return err
		}
		return json.Unmarshal(b, &p.ready)
	})
}

// kill ends the server at once, as kill -9 does, and waits until it is gone.
func (p *process) kill() {
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.ended
	p.cmd = nil
}

// stop asks the server to stop, and fails if it does not within ten seconds.
func (p *process) stop() {
	p.t.Helper()
	began := time.Now()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case <-p.ended:
	case <-time.After(15 * time.Second):
		p.t.Fatal("the server did not stop within 15 seconds of SIGTERM")
	}
	if took := time.Since(began); took > 10*time.Second || !p.cmd.ProcessState.Success() {
		p.t.Errorf("the server stopped after %s: %s", took, p.cmd.ProcessState)
	}
	p.cmd = nil
}

// data is a path within the server's data directory.
func (p *process) data(elements ...string) string {
	return filepath.Join(append([]string{p.dir, "data"}, elements...)...)
}

func host(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

func tail(path string, n int) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return fmt.Sprint(err)
	}
	if len(b) > n {
		b = b[len(b)-n:]
		if _, rest, ok := strings.Cut(string(b), "\n"); ok {
			return rest
		}
	}
	return string(b)
}
