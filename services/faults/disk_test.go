package faults_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/aboveline/aboveline/services/api"
	"github.com/aboveline/aboveline/services/courier"
)

// The disk of the JetStream store is full: submissions are answered 503 and say
// what to do, and go through when there is room again. Where a file system cannot
// be mounted, the store's limit stands for it: see TestStoreIsFull.
func TestDiskIsFull(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	store := filepath.Join(dir, "data", "nats")
	if !small(t, store, "16m") {
		t.Log("TestStoreIsFull shows the same by the limit of the store")
		return
	}
	w := newWorld(t, settings{dir: dir})
	x := w.walkers(1)[0]
	w.impatient(time.Second)
	steps(t, []*walker{x}, 200*time.Millisecond, 0)
	ballast := filepath.Join(store, "ballast")
	fill(t, ballast)
	refuses(t, x)
	w.must(os.Remove(ballast))
	recovers(t, x)
	w.process.kill()
	w.process.start()
	steps(t, []*walker{x}, 200*time.Millisecond, 0)
	x.collect(t.Context(), 20*time.Second)
	w.report("disk full", w.audit())
}

// fill writes until there is no room.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, size := range []int{64 << 10, 512} {
		for err = nil; err == nil; {
			_, err = f.Write(bytes.Repeat([]byte("x"), size))
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
	}
}

// refuses submits until the store takes no more, which must be told by 503 with a
// reason.
func refuses(t *testing.T, x *walker) {
	t.Helper()
	for range 200 {
		var p api.Problem
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
		status := x.do(ctx, http.MethodPost, "/v1/inspections/north/submissions", large(x.w), &p)
		cancel()
		switch {
		case status == http.StatusServiceUnavailable && strings.Contains(p.Detail, "send it again"):
			t.Logf("refused: %d %s", status, p.Detail)
			return
		case status != http.StatusOK && status != http.StatusAccepted:
			t.Fatalf("the full store was answered %d %s", status, p.Detail)
		}
	}
	t.Fatal("the store never was full")
}

// large is a submission of some size whose one entry is refused: nothing is
// recorded of it.
func large(w *world) []byte {
	return []byte(`{"submission":"` + uuid.NewString() + `","atomic":false,"entries":[{"id":"` + uuid.NewString() +
		`","kind":"` + strings.Repeat("x", 100<<10) + `"}]}`)
}

// recovers submits until it goes through.
func recovers(t *testing.T, x *walker) {
	t.Helper()
	began := time.Now()
	eventually(t, 20*time.Second, "a submission that is stored again", func() error {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if status := x.step(ctx); status != http.StatusOK && status != http.StatusAccepted {
			return errors.New(http.StatusText(status))
		}
		return nil
	})
	t.Logf("recovered after %s", time.Since(began).Round(time.Millisecond))
}

// SUBMISSIONS reaches its limit while Postgres is away: 503 until the recorder has
// made room.
func TestStoreIsFull(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	w := newWorld(t, settings{direct: db.direct})
	x := w.walkers(1)[0]
	w.impatient(time.Millisecond)
	js := w.services()
	s, err := js.Stream(t.Context(), courier.StreamSubmissions)
	w.must(err)
	config := s.CachedInfo().Config
	config.MaxBytes, config.Discard = 256<<10, jetstream.DiscardNew
	_, err = js.UpdateStream(t.Context(), config)
	w.must(err)
	steps(t, []*walker{x}, 100*time.Millisecond, 0)
	db.stop()
	refuses(t, x)
	db.start()
	recovers(t, x)
	x.collect(t.Context(), 20*time.Second)
	w.report("store full", w.audit())
}
