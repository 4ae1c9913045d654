package postgres

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"github.com/go-json-experiment/json"
)

// lock is the exclusive right to run a server in a directory. The kernel lets go
// of it when the process ends, so it never goes stale.
type lock struct{ file *os.File }

// holder is what the lock file says about whoever has, or last had, the lock.
type holder struct {
	// PID is the process that started the server, Server the server itself.
	PID    int `json:"pid"`
	Server int `json:"server,omitzero"`
	// Socket is a socket directory outside Dir; it is to be removed.
	Socket string `json:"socket,omitzero"`
}

// takeLock takes the lock of dir without waiting and tells who had it before.
func takeLock(dir string) (*lock, holder, error) {
	path := filepath.Join(dir, "lock")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, holder{}, fmt.Errorf("postgres: %w", err)
	}
	taken := flock(f, syscall.LOCK_EX|syscall.LOCK_NB)
	var before holder
	raw, err := io.ReadAll(f)
	if err == nil && json.Unmarshal(raw, &before) != nil {
		before = holder{} // empty, or cut short by a crash
	}
	if taken == nil && err == nil {
		return &lock{file: f}, before, nil
	}
	err = errors.Join(err, f.Close())
	if errors.Is(taken, syscall.EWOULDBLOCK) {
		who := "another process"
		if before.PID != 0 {
			who = fmt.Sprintf("process %d", before.PID)
		}
		return nil, before, &inUseError{dir: dir, who: who}
	}
	return nil, before, fmt.Errorf("postgres: lock %s: %w", path, errors.Join(taken, err))
}

// note writes who holds the lock, for the next to take it and for error texts.
func (l *lock) note(h holder) error {
	raw, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("postgres: lock: %w", err)
	}
	if err := l.file.Truncate(0); err != nil {
		return fmt.Errorf("postgres: lock: %w", err)
	}
	if _, err := l.file.WriteAt(append(raw, '\n'), 0); err != nil {
		return fmt.Errorf("postgres: lock: %w", err)
	}
	return nil
}

// release gives the lock up at once, and not when a child that was forked just now
// and still has the descriptor reaches its exec.
func (l *lock) release() error {
	return errors.Join(flock(l.file, syscall.LOCK_UN), l.file.Close())
}

// flock is flock(2), restarted when a signal interrupts it.
func flock(f *os.File, how int) error {
	for {
		err := syscall.Flock(int(f.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
