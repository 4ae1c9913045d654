package faults_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aboveline/aboveline/events/postgres"
	"github.com/aboveline/aboveline/events/postgres/postgrestest"
)

var (
	soak = flag.Bool("soak", os.Getenv("ABOVELINE_SOAK") != "", "run the long versions (also: ABOVELINE_SOAK=1)")
	seed = flag.Uint64("seed", 0, "repeat what this seed chose; 0 takes a new one")
)

func TestMain(m *testing.M) {
	flag.Parse()
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	fmt.Printf("faults: seed %d, soak %t\n", *seed, *soak)
	// The tests wait more than they work.
	if err := flag.Set("test.parallel", "4"); err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
	}
	code := postgrestest.Main(m)
	if err := scratch.remove(); err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// random is a source of its own for each use, the same for the same seed.
func random(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(*seed, stream)) }

// long chooses between the brief run and the soak.
func long[T any](brief, soaked T) T {
	if *soak {
		return soaked
	}
	return brief
}

// scratch is where the binary and the data directories of a run are.
var scratch scratchDir

type scratchDir struct {
	once sync.Once
	path string
	err  error
}

func (s *scratchDir) dir() (string, error) {
	s.once.Do(func() {
		base, err := postgres.ScratchDir()
		if err != nil {
			s.err = err
			return
		}
		if s.path, s.err = os.MkdirTemp(base, "f"); s.err == nil {
			s.err = os.Chmod(s.path, 0o711)
		}
	})
	return s.path, s.err
}

func (s *scratchDir) remove() error {
	if s.path == "" {
		return nil
	}
	return os.RemoveAll(s.path)
}

// tempDir is a directory with a short path that other accounts may pass through.
func tempDir(t *testing.T) string {
	t.Helper()
	base, err := scratch.dir()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp(base, "d")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

// program builds aboveline from the checkout, once for a run.
var program = sync.OnceValues(func() (string, error) {
	base, err := scratch.dir()
	if err != nil {
		return "", err
	}
	path := filepath.Join(base, "aboveline")
	var stderr bytes.Buffer
	cmd := exec.Command("go", "build", "-o", path, "github.com/aboveline/aboveline/services/cmd/aboveline")
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		return "", errors.Join(fmt.Errorf("build the binary: %w", err), errors.New(stderr.String()))
	}
	return path, nil
})

// eventually asks until there is nothing wrong any more.
func eventually(t *testing.T, within time.Duration, what string, wrong func() error) {
	t.Helper()
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := wrong()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("%s: not within %s: %v", what, within, err)
		}
	}
}

// pass lets time go by, which is what some faults are made of.
func pass(t *testing.T, d time.Duration) {
	t.Helper()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.Context().Done():
		t.Fatal(t.Context().Err())
	}
}
