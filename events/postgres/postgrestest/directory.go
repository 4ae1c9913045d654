package postgrestest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/aboveline/aboveline/events/postgres"
)

// directory holds the files of one binary's server. It is kept by a file lock, so
// that a later binary can tell whether it is still needed.
type directory struct {
	path string
	keep *os.File
}

// newDirectory makes a directory and removes those of binaries that have ended.
func newDirectory() (_ *directory, err error) {
	base, err := postgres.ScratchDir()
	if err != nil {
		return nil, err
	}
	guard, err := locked(filepath.Join(base, "tests.lock"), syscall.LOCK_EX)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, guard.Close()) }()
	old, err := filepath.Glob(filepath.Join(base, "t*", "keep"))
	if err != nil {
		return nil, err
	}
	for _, keep := range old {
		f, err := locked(keep, syscall.LOCK_EX|syscall.LOCK_NB)
		if err != nil {
			continue // in use
		}
		if err := errors.Join(os.RemoveAll(filepath.Dir(keep)), f.Close()); err != nil {
			return nil, err
		}
	}
	path, err := os.MkdirTemp(base, "t")
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o711); err != nil { //nolint:gosec // the server's account passes through
		return nil, err
	}
	keep, err := locked(filepath.Join(path, "keep"), syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil {
		return nil, err
	}
	return &directory{path: path, keep: keep}, nil
}

func (d *directory) remove() error {
	return errors.Join(os.RemoveAll(d.path), d.keep.Close())
}

func locked(path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), how)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
		}
		return f, nil
	}
}
