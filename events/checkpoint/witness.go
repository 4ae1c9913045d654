package checkpoint

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// algorithmCosignature is the type of Ed25519 cosignatures in C2SP
// tlog-cosignature.
const algorithmCosignature = 0x04

// Witness is a key that signs beside the log.
type Witness struct{ key note.Verifier }

// Cosignature is the signature of a witness.
type Cosignature struct {
	// Witness is the name and hash of the key: name+hash.
	Witness string
	// At is when it was signed by the witness's clock, in UTC with seconds; zero where
	// the key is a plain one, whose signatures hold no time.
	At time.Time
	// Line is the line of the note, without its line feed.
	Line string
}

// ParseWitness reads the verifier key of a witness: one of type 4 (C2SP
// tlog-cosignature) or a plain one of x/mod/sumdb/note.
func ParseWitness(vkey string) (Witness, error) {
	vkey = strings.TrimSpace(vkey)
	bad := func(problem string) (Witness, error) {
		return Witness{}, fmt.Errorf("checkpoint: the witness key %q %s", clip(vkey), problem)
	}
	name, rest, _ := strings.Cut(vkey, "+")
	hash, encoded, ok := strings.Cut(rest, "+")
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil || len(raw) == 0 {
		return bad("is not of the form <name>+<hash>+<key>")
	}
	if raw[0] != algorithmCosignature {
		key, err := note.NewVerifier(vkey)
		if err != nil {
			return bad("is of no type that is understood: " + err.Error())
		}
		return Witness{key}, nil
	}
	if name == "" || strings.ContainsAny(name, " \n") || len(raw) != 1+ed25519.PublicKeySize {
		return bad("has no name or not the size of an Ed25519 key")
	}
	w := &cosigner{name: name, hash: cosignerHash(name, raw), key: raw[1:]}
	if n, err := strconv.ParseUint(hash, 16, 32); err != nil || len(hash) != 8 || uint32(n) != w.hash {
		return bad("has a hash that is not the key's")
	}
	return Witness{w}, nil
}

// Name is the name and hash of the key.
func (w Witness) Name() string { return fmt.Sprintf("%s+%08x", w.key.Name(), w.key.KeyHash()) }

// cosignerHash is the first four bytes of SHA-256(name || "\n" || type || key).
func cosignerHash(name string, typed []byte) uint32 {
	sum := sha256.Sum256([]byte(name + "\n" + string(typed)))
	return binary.BigEndian.Uint32(sum[:])
}

// cosigner verifies cosignature/v1.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

// Name implements [note.Verifier].
func (w *cosigner) Name() string { return w.name }

// KeyHash implements [note.Verifier].
func (w *cosigner) KeyHash() uint32 { return w.hash }

const timeSize = 8

// Verify implements [note.Verifier].
func (w *cosigner) Verify(text, sig []byte) bool {
	if len(sig) != timeSize+ed25519.SignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(sig)
	return at <= math.MaxInt64 && ed25519.Verify(w.key, cosigned(text, at), sig[timeSize:])
}

// cosigned is what a witness signs.
func cosigned(text []byte, at uint64) []byte {
	return fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", at, text)
}

// cosignature describes a signature of w that holds.
func cosignature(w Witness, sig note.Signature) Cosignature {
	c := Cosignature{Witness: w.Name(), Line: "— " + sig.Name + " " + sig.Base64}
	if _, ok := w.key.(*cosigner); !ok {
		return c
	}
	const hashSize = 4
	if raw, err := base64.StdEncoding.DecodeString(sig.Base64); err == nil && len(raw) >= hashSize+timeSize {
		c.At = time.Unix(int64(binary.BigEndian.Uint64(raw[hashSize:])), 0).UTC()
	}
	return c
}

// Cosignatures are the signatures of the given witnesses on a checkpoint that the
// log has signed. It is an error if there are none.
func Cosignatures(msg []byte, log Verifier, witnesses []Witness) (Signed, error) {
	s, err := Verify(msg, log, witnesses...)
	if err != nil {
		return s, err
	}
	if len(s.Witnesses) == 0 {
		return s, errNoWitness
	}
	return s, nil
}

var errNoWitness = errors.New("checkpoint: no witness that is known here has signed it")
