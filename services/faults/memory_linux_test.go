package faults_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// memoryBar is how much the whole server may grow while submissions wait.
const memoryBar = 300 << 20

// Submissions wait by the thousand while Postgres is away. They wait on disk: the
// server does not grow with their number.
func TestMemoryWhileSubmissionsWait(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	w := newWorld(t, settings{direct: db.direct})
	all := w.walkers(32)
	w.impatient(time.Millisecond)
	steps(t, all, 100*time.Millisecond, 0) // and with it, intake knows the inspection
	js := w.services()
	db.stop()
	before := w.status("VmRSS")
	n := long(2_000, 100_000)
	var wg sync.WaitGroup
	for _, x := range all {
		wg.Go(func() {
			for range n / len(all) {
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				status := x.step(ctx)
				cancel()
				if status != http.StatusAccepted {
					t.Errorf("%s: answered %d", x.device.name, status)
					return
				}
			}
		})
	}
	began := time.Now()
	wg.Wait()
	took := time.Since(began)
	waiting, err := w.waiting(t.Context(), js)
	w.must(err)
	n = n / len(all) * len(all)
	if t.Failed() || waiting < uint64(n) {
		t.Fatalf("%d submissions wait, expected %d", waiting, n)
	}
	peak := w.status("VmHWM")
	db.start()
	began = time.Now()
	eventually(t, 3*time.Minute, "an empty SUBMISSIONS", func() error {
		if left, err := w.waiting(t.Context(), js); err != nil || left > 0 {
			return fmt.Errorf("%d wait (%w)", left, err)
		}
		return nil
	})
	after := w.status("VmHWM")
	t.Logf("%d submissions accepted in %s, recorded in %s; "+
		"resident %d MiB before, at most %d MiB while they waited, %d MiB in the end",
		n, took.Round(time.Millisecond), time.Since(began).Round(time.Millisecond), before>>20, peak>>20, after>>20)
	if peak-before > memoryBar || after-before > memoryBar {
		t.Errorf("the server grew by %d MiB, and by %d MiB in the end; at most %d MiB are allowed",
			(peak-before)>>20, (after-before)>>20, memoryBar>>20)
	}
	b := w.audit()
	for _, x := range all {
		for k, e := range x.sent {
			if r := b.byID[e.ID]; r == nil || int(r.Revision) != k+1 {
				t.Fatalf("%s: step %d of %d is in the ledger as %+v", x.device.name, k+1, len(x.sent), r)
			}
		}
	}
	w.report("submissions waited", b)
}

// status is a size in bytes from /proc/PID/status of the server.
func (w *world) status(field string) int64 {
	w.t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", w.process.cmd.Process.Pid))
	w.must(err)
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			w.must(err)
			return n << 10
		}
	}
	w.t.Fatalf("no %s in the status of the server", field)
	return 0
}
