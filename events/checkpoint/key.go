package checkpoint

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// keyName is the name of the key in signature lines.
const keyName = "aboveline"

// Key signs for a log. It does not show itself when printed.
type Key struct {
	signer   note.Signer
	verifier Verifier
}

const redacted = "(secret)"

// Format writes "(secret)", whatever the verb.
func (*Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue is "(secret)".
func (*Key) LogValue() slog.Value { return slog.StringValue(redacted) }

// Verifier holds the public keys of the log: that of this key, and those that are in
// the public file beside it.
func (k *Key) Verifier() Verifier { return k.verifier }

// VerifierFile is the public file beside the key file: log.vkey beside log.key.
func VerifierFile(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) + ".vkey" }

// OpenKey reads the key in a file, which nobody but its owner may read, and makes
// both that file and the public one beside it if neither exists. A public file
// without the key, or without its line, is an error: whoever lost a key must not
// get another one unawares, since nothing that was signed before would verify.
func OpenKey(path string) (*Key, error) {
	public := VerifierFile(path)
	_, missing := os.Lstat(path)
	_, unpublished := os.Lstat(public)
	if errors.Is(missing, fs.ErrNotExist) {
		if unpublished == nil {
			return nil, fmt.Errorf("checkpoint: %s is there and the key %s is not: restore it from its backup; "+
				"to begin with another key, put the public file aside", public, path)
		}
		if err := createKey(path); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
	}
	k, own, err := loadKey(path)
	if err != nil {
		return nil, err
	}
	if errors.Is(unpublished, fs.ErrNotExist) {
		err := write(public, own+"\n", 0o644)
		if err != nil && !errors.Is(err, fs.ErrExist) { // another process may be at the same point
			return nil, err
		}
	}
	if k.verifier, err = LoadVerifier(public); err != nil {
		return nil, err
	}
	if !k.verifier.has(k.signer.Name(), k.signer.KeyHash()) {
		return nil, fmt.Errorf("checkpoint: %s does not list the key of %s (%s): restore the one that belongs to it, "+
			"or add that line", public, path, own)
	}
	return k, nil
}

// loadKey also returns the public line of the key.
func loadKey(path string) (*Key, string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, "", fmt.Errorf("checkpoint: key: %w", err)
	}
	if mode := info.Mode().Perm(); !info.Mode().IsRegular() || mode&0o077 != 0 {
		return nil, "", fmt.Errorf("checkpoint: key %s has mode %04o, others may read it: chmod 600 %s", path, mode, path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, "", fmt.Errorf("checkpoint: key: %w", err)
	}
	secret := strings.TrimSpace(string(b))
	signer, err := note.NewSigner(secret)
	if err != nil { // without the text of the error: it may quote the file
		return nil, "", fmt.Errorf("checkpoint: key %s is not a signer key; restore the file from its backup", path)
	}
	own, err := publicLine(secret)
	if err != nil {
		return nil, "", fmt.Errorf("checkpoint: key %s: %w", path, err)
	}
	return &Key{signer: signer}, own, nil
}

// createKey fails with fs.ErrExist where path exists.
func createKey(path string) error {
	secret, _, err := note.GenerateKey(rand.Reader, keyName)
	if err != nil {
		return fmt.Errorf("checkpoint: create key: %w", err)
	}
	return write(path, secret+"\n", 0o600)
}

// write makes a file that appears whole, and has reached the disk, or not at all.
func write(path, content string, mode fs.FileMode) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("checkpoint: create %s: %w", path, err)
		}
	}()
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".checkpoint-") // O_EXCL, mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	_, err = f.WriteString(content)
	if err := errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil { // unlike a rename, never over another file
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
