package notary

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/checkpoint"
)

// noteSuffix ends the names of the files in the directory of a memory.
const noteSuffix = ".checkpoint"

// memory holds the last checkpoint of each programme that was signed or met here.
type memory struct {
	dir string // empty: nothing is written

	mu   sync.Mutex
	last map[events.Programme]checkpoint.Signed
}

func openMemory(dir string, v checkpoint.Verifier) (*memory, error) {
	m := &memory{dir: dir, last: map[events.Programme]checkpoint.Signed{}}
	if dir == "" {
		return m, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // checkpoints are public
		return nil, fmt.Errorf("notary: memory: %w", err)
	}
	notes, err := Remembered(dir)
	if err != nil {
		return nil, err
	}
	for _, note := range notes {
		s, err := checkpoint.Verify(note, v)
		if err != nil {
			return nil, fmt.Errorf("notary: a checkpoint remembered in %s: %w", dir, err)
		}
		m.last[s.Programme] = s
	}
	return m, nil
}

// Remembered reads the checkpoints in the directory of a notary's memory, in the
// order of their files' names; none if there is no such directory.
func Remembered(dir string) ([][]byte, error) {
	paths, err := filepath.Glob(filepath.Join(escapeGlob(dir), "*"+noteSuffix))
	if err != nil {
		return nil, fmt.Errorf("notary: memory %s: %w", dir, err)
	}
	var notes [][]byte
	for _, path := range paths {
		note, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("notary: memory: %w", err)
		}
		notes = append(notes, note)
	}
	return notes, nil
}

func escapeGlob(dir string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir)
}

// of is the zero checkpoint, of size 0, where nothing is remembered.
func (m *memory) of(p events.Programme) checkpoint.Signed {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.last[p]
}

// keep remembers s unless it is behind what is remembered.
func (m *memory) keep(s checkpoint.Signed) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if before, ok := m.last[s.Programme]; ok && before.Size >= s.Size {
		return nil
	}
	if m.dir != "" {
		if err := replace(filepath.Join(m.dir, fileName(s.Programme)), s.Note); err != nil {
			return fmt.Errorf("notary: remember a checkpoint: %w", err)
		}
	}
	m.last[s.Programme] = s
	return nil
}

// fileName is the programme as it is in the origin, or its hash if that is too long.
func fileName(p events.Programme) string {
	const most = 200
	name := filepath.Base(checkpoint.Origin(p))
	if len(name) > most {
		sum := sha256.Sum256([]byte(p))
		name = hex.EncodeToString(sum[:])
	}
	return name + noteSuffix
}

// replace writes a file in one step and makes sure that it is on the disk.
func replace(path string, content []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".note-")
	if err != nil {
		return err
	}
	defer func() {
		if e := os.Remove(f.Name()); e != nil && !errors.Is(e, fs.ErrNotExist) { // renamed by then
			err = errors.Join(err, e)
		}
	}()
	_, err = f.Write(content)
	if err := errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
