package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// lockedError says who holds a directory.
type lockedError struct {
	path string
	by   lockHolder
}

type lockHolder struct {
	PID     int       `json:"pid"`
	Program string    `json:"program"`
	Since   time.Time `json:"since"`
}

func (e *lockedError) Error() string {
	who := "another process"
	if e.by.PID != 0 {
		who = fmt.Sprintf("process %d (%s, since %s)", e.by.PID, e.by.Program, e.by.Since.Format(time.RFC3339))
	}
	return fmt.Sprintf("local: the NATS store %s is in use by %s; stop it or choose another data directory",
		filepath.Dir(e.path), who)
}

// IsLocked reports whether err says that another process, or another server of this process, uses the directory.
func IsLocked(err error) bool {
	var locked *lockedError
	return errors.As(err, &locked)
}

// takeLock takes the exclusive right to dir without waiting. The kernel gives it up when the returned file is closed or the
// process ends in whatever way, so it never goes stale; what the file says is only for people.
func takeLock(dir string) (*os.File, error) {
	path := filepath.Join(dir, "lock")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("local: NATS lock: %w", err)
	}
	if err := flock(f, syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("local: NATS lock %s: %w", path, err)
		}
		return nil, &lockedError{path: path, by: readHolder(f)}
	}
	if err := writeHolder(f); err != nil {
		return nil, errors.Join(fmt.Errorf("local: NATS lock %s: %w", path, err), releaseLock(f))
	}
	return f, nil
}

// releaseLock gives the directory free at once. Closing the file alone would leave the lock with a child process that is
// just being forked, until it executes its program.
func releaseLock(f *os.File) error {
	return errors.Join(flock(f, syscall.LOCK_UN), f.Close())
}

func flock(f *os.File, how int) error {
	for {
		err := syscall.Flock(int(f.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// readHolder tells who wrote the file; the zero value if that cannot be read, as between lock and write.
func readHolder(r io.Reader) lockHolder {
	var h lockHolder
	raw, err := io.ReadAll(io.LimitReader(r, 4096))
	if err != nil || json.Unmarshal(raw, &h) != nil {
		return lockHolder{}
	}
	return h
}

func writeHolder(f *os.File) error {
	raw, err := json.Marshal(lockHolder{
		PID: os.Getpid(), Program: filepath.Base(os.Args[0]), Since: time.Now().UTC().Truncate(time.Second),
	})
	if err != nil {
		return err
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.WriteAt(append(raw, '\n'), 0)
	return err
}
