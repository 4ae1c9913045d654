package events

import "github.com/google/uuid"

// Sealed is text about a person that only the vault can open (events/vault). It
// is sealed before it is hashed, so destroying the key erases the text and
// leaves every proof whole.
type Sealed struct {
	// Key is the id of the person's key.
	Key uuid.UUID `json:"key"`
	// Box is nonce and AES-256-GCM ciphertext, base64 in JSON.
	Box []byte `json:"box"`
}
