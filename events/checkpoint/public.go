package checkpoint

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// publicLine is the verifier key of a signer key. x/mod/sumdb/note gives it at the
// making of a key only, so it is made from the seed again.
func publicLine(secret string) (string, error) {
	const parts = 5 // PRIVATE, KEY, name, hash, type and seed
	f := strings.SplitN(secret, "+", parts)
	if len(f) != parts {
		return "", errors.New("it is not a signer key")
	}
	typed, err := base64.StdEncoding.DecodeString(f[parts-1])
	if err != nil || len(typed) != 1+ed25519.SeedSize {
		return "", errors.New("it does not hold an Ed25519 seed")
	}
	public, ok := ed25519.NewKeyFromSeed(typed[1:]).Public().(ed25519.PublicKey)
	if !ok {
		return "", errors.New("it does not hold an Ed25519 seed")
	}
	return note.NewEd25519VerifierKey(f[2], public)
}
