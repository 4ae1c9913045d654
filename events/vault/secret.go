package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
)

// secretSize is the length of a master key, a person's key and every key derived
// from one, in bytes.
const secretSize = 32

// derive makes the key for one use from a secret: HKDF-SHA256, no salt.
func derive(secret *[secretSize]byte, label string, size int) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, secret[:], nil, label, size)
	if err != nil {
		return nil, fmt.Errorf("vault: derive %s: %w", label, err)
	}
	return key, nil
}

// aead makes AES-256-GCM under the key for one use. Its boxes are nonce (12
// random bytes), ciphertext, tag (16 bytes).
func aead(secret *[secretSize]byte, label string) (cipher.AEAD, error) {
	key, err := derive(secret, label, secretSize)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	return gcm, nil
}
