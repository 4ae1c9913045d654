package checkpoint

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Verifier holds the public keys of a log: the one that signs now and those that
// signed before it. The zero Verifier accepts nothing.
type Verifier struct{ keys []note.Verifier }

// ParseVerifier reads verifier keys of x/mod/sumdb/note, one a line; there must be
// at least one.
func ParseVerifier(text string) (Verifier, error) {
	var v Verifier
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		key, err := note.NewVerifier(line)
		if err != nil {
			return Verifier{}, fmt.Errorf("checkpoint: %q is not a verifier key such as %s+<hash>+<key>: %w",
				clip(line), keyName, err)
		}
		v.keys = append(v.keys, key)
	}
	if len(v.keys) == 0 {
		return Verifier{}, errors.New("checkpoint: there is no verifier key, one a line is needed")
	}
	return v, nil
}

// LoadVerifier reads a file such as log.vkey.
func LoadVerifier(path string) (Verifier, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return Verifier{}, fmt.Errorf("checkpoint: verifier key: %w", err)
	}
	v, err := ParseVerifier(string(b))
	if err != nil {
		return Verifier{}, fmt.Errorf("%w (in %s)", err, path)
	}
	return v, nil
}

// IsZero reports whether there is no key.
func (v Verifier) IsZero() bool { return len(v.keys) == 0 }

// String names the keys: name and hash of each.
func (v Verifier) String() string {
	names := make([]string, len(v.keys))
	for i, k := range v.keys {
		names[i] = fmt.Sprintf("%s+%08x", k.Name(), k.KeyHash())
	}
	return strings.Join(names, ", ")
}

// has reports whether a key of this name and hash is among the keys.
func (v Verifier) has(name string, hash uint32) bool {
	for _, k := range v.keys {
		if k.Name() == name && k.KeyHash() == hash {
			return true
		}
	}
	return false
}
