package vault

import (
	"bytes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
)

// MasterKey wraps the keys of persons. It lives in a file and in memory, never in
// the database. It does not show itself when printed. The zero value is no key.
type MasterKey struct{ master *master }

// master keeps what is derived from the key, and no secret where fmt could print
// it; see key.
type master struct {
	id   []byte
	wrap cipher.AEAD
}

const redacted = "(secret)"

// Format writes "(secret)", whatever the verb.
func (MasterKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue is "(secret)".
func (MasterKey) LogValue() slog.Value { return slog.StringValue(redacted) }

// LoadMasterKey reads a master key: a file of exactly 32 bytes that nobody but its
// owner may read (mode 0600 or 0400).
func LoadMasterKey(path string) (_ MasterKey, err error) {
	f, err := os.Open(path)
	if err != nil {
		return MasterKey{}, fmt.Errorf("vault: master key: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return MasterKey{}, fmt.Errorf("vault: master key: %w", err)
	}
	if !info.Mode().IsRegular() {
		return MasterKey{}, fmt.Errorf("vault: master key %s is not a regular file", path)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return MasterKey{}, fmt.Errorf("vault: master key %s has mode %04o, others may read it: chmod 600 %s", path, mode, path)
	}
	var secret [secretSize]byte
	if info.Size() != secretSize {
		return MasterKey{}, fmt.Errorf("vault: master key %s has %d bytes, a master key has %d", path, info.Size(), secretSize)
	}
	if _, err := io.ReadFull(f, secret[:]); err != nil {
		return MasterKey{}, fmt.Errorf("vault: master key %s: %w", path, err)
	}
	if bytes.Equal(secret[:], bytes.Repeat(secret[:1], secretSize)) {
		return MasterKey{}, fmt.Errorf("vault: master key %s repeats one byte; restore the file from its backup", path)
	}
	return newMasterKey(&secret)
}

// CreateMasterKey makes a random master key in a new file of mode 0600. The file
// appears whole, and has reached the disk, or not at all. Where path exists the
// error satisfies errors.Is(err, fs.ErrExist) and the file stays as it was.
func CreateMasterKey(path string) (_ MasterKey, err error) {
	var secret [secretSize]byte
	rand.Read(secret[:]) // never fails, see crypto/rand
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".master-key-") // O_EXCL, mode 0600
	if err != nil {
		return MasterKey{}, fmt.Errorf("vault: create master key: %w", err)
	}
	defer func() {
		if e := os.Remove(f.Name()); e != nil && !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, fmt.Errorf("vault: create master key: %w", e))
		}
	}()
	_, err = f.Write(secret[:])
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return MasterKey{}, fmt.Errorf("vault: create master key: %w", err)
	}
	if err := os.Link(f.Name(), path); err != nil { // unlike a rename, never over another file
		return MasterKey{}, fmt.Errorf("vault: create master key: %w", err)
	}
	d, err := os.Open(dir)
	if err != nil {
		return MasterKey{}, fmt.Errorf("vault: create master key: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return MasterKey{}, fmt.Errorf("vault: create master key: %w", err)
	}
	return newMasterKey(&secret)
}

func newMasterKey(secret *[secretSize]byte) (MasterKey, error) {
	id, err := derive(secret, labelMasterID, 16)
	if err != nil {
		return MasterKey{}, err
	}
	wrap, err := aead(secret, labelWrap)
	if err != nil {
		return MasterKey{}, err
	}
	return MasterKey{&master{id: id, wrap: wrap}}, nil
}

// seal encrypts a person's key for storage.
func (m *master) seal(secret *[secretSize]byte, id uuid.UUID, p events.Programme, person Person) []byte {
	return m.wrap.Seal(nil, nil, secret[:], wrapAAD(id, p, person))
}

// open undoes seal.
func (m *master) open(wrapped []byte, id uuid.UUID, p events.Programme, person Person) (*[secretSize]byte, error) {
	plain, err := m.wrap.Open(nil, nil, wrapped, wrapAAD(id, p, person))
	if err != nil || len(plain) != secretSize {
		return nil, fmt.Errorf("vault: key %s: %w", id, errTampered)
	}
	return (*[secretSize]byte)(plain), nil
}

func wrapAAD(id uuid.UUID, p events.Programme, person Person) []byte {
	return joined(labelWrapAAD, string(id[:]), string(p), string(person))
}
