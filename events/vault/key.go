package vault

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"log/slog"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
)

// Key is the key of one person in one programme. It comes from [Vault.Keys] and
// may be used by any number of goroutines. It does not show itself when printed.
// The zero value is no key: it seals nothing, and its Digest panics.
type Key struct{ key *key }

// key holds its secrets where fmt prints an address, even for a wrong verb and in
// a field that is not exported, whose methods it cannot call: in an interface and
// in a function.
type key struct {
	id        uuid.UUID
	programme events.Programme
	seal      cipher.AEAD
	digest    func() hash.Hash
}

// Format writes "(secret)", whatever the verb.
func (Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue is "(secret)".
func (Key) LogValue() slog.Value { return slog.StringValue(redacted) }

func newKey(secret *[secretSize]byte, id uuid.UUID, p events.Programme) (Key, error) {
	seal, err := aead(secret, labelSeal)
	if err != nil {
		return Key{}, err
	}
	digest, err := derive(secret, labelDigest, secretSize)
	if err != nil {
		return Key{}, err
	}
	mac := func() hash.Hash { return hmac.New(sha256.New, digest) }
	return Key{&key{id: id, programme: p, seal: seal, digest: mac}}, nil
}

// ID is the key's id, which every text sealed with it names.
func (k Key) ID() uuid.UUID {
	if k.key == nil {
		return uuid.Nil
	}
	return k.key.id
}

// Seal encrypts a text for one field of one event. Sealing the same text twice
// gives two different boxes. The length of a text is not hidden: a box is 28 bytes
// longer. The text must be UTF-8 and aad of the key's programme, complete.
func (k Key) Seal(plain string, aad AAD) (events.Sealed, error) {
	if k.key == nil {
		return events.Sealed{}, errors.New("vault: seal with no key; keys come from Vault.Keys")
	}
	if err := k.key.admits(aad); err != nil {
		return events.Sealed{}, err
	}
	if !utf8.ValidString(plain) {
		return events.Sealed{}, errors.New("vault: a text to be sealed is not UTF-8")
	}
	return events.Sealed{Key: k.key.id, Box: k.key.seal.Seal(nil, nil, []byte(plain), aad.encode())}, nil
}

// Digest identifies content to whoever has the key, and tells nobody else
// anything about it: HMAC-SHA256 of canonical.
func (k Key) Digest(canonical []byte) [32]byte {
	mac := k.key.digest()
	mac.Write(canonical) // never fails, see hash.Hash
	return [32]byte(mac.Sum(nil))
}

// open undoes Seal.
func (k Key) open(box []byte, aad AAD) (string, error) {
	if err := k.key.admits(aad); err != nil {
		return "", err
	}
	plain, err := k.key.seal.Open(nil, nil, box, aad.encode())
	if err != nil || !utf8.Valid(plain) {
		return "", fmt.Errorf("vault: %s of event %s: %w", aad.Field, aad.Event, errTampered)
	}
	return string(plain), nil
}

func (k *key) admits(aad AAD) error {
	if err := aad.validate(); err != nil {
		return err
	}
	if aad.Programme != k.programme {
		return fmt.Errorf("vault: key %s is of programme %s, not %s: %w", k.id, k.programme, aad.Programme, errTampered)
	}
	return nil
}
