package checkpoint

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// MaxNote is the most that a signed checkpoint may have, in bytes.
const MaxNote = 64 << 10

// Signed is a checkpoint with its signatures.
type Signed struct {
	Checkpoint
	// Note is the whole of it, as it was signed and as it is handed on.
	Note []byte
	// Verified says that a key of the log has signed it. Parse leaves it false.
	Verified bool
	// Witnesses are the witnesses that signed it too, as far as Verify was given
	// their keys.
	Witnesses []Cosignature
}

// Sign makes a signed checkpoint. The caller must never let two that contradict
// each other be signed.
func (k *Key) Sign(c Checkpoint) (Signed, error) {
	if c.Programme == "" {
		return Signed{}, errors.New("checkpoint: sign: the programme is empty")
	}
	msg, err := note.Sign(&note.Note{Text: c.Body()}, k.signer)
	if err != nil {
		return Signed{}, fmt.Errorf("checkpoint: sign: %w", err)
	}
	return Signed{Checkpoint: c, Note: msg, Verified: true}, nil
}

// Parse reads a signed checkpoint without checking a signature: what it says may
// be anybody's word. Use [Verify] for anything that counts.
func Parse(msg []byte) (Signed, error) {
	n, err := open(msg, note.VerifierList())
	if err != nil {
		return Signed{}, err
	}
	c, err := parseBody(n.Text)
	if err != nil {
		return Signed{}, err
	}
	return Signed{Checkpoint: c, Note: slices.Clone(msg)}, nil
}

// Verify reads a signed checkpoint whose signature by one of the log's keys holds;
// see [IsUnsigned]. Signatures of other keys are kept in the note and tell nothing;
// those of the given witnesses must hold where they are present.
func Verify(msg []byte, log Verifier, witnesses ...Witness) (Signed, error) {
	n, err := open(msg, note.VerifierList(log.keys...))
	if err != nil {
		return Signed{}, err
	}
	if len(n.Sigs) == 0 {
		return Signed{}, &unsignedError{keys: log.String()}
	}
	c, err := parseBody(n.Text)
	if err != nil {
		return Signed{}, err
	}
	s := Signed{Checkpoint: c, Note: slices.Clone(msg), Verified: true}
	for _, w := range witnesses {
		n, err := open(msg, note.VerifierList(w.key))
		if err != nil {
			return Signed{}, err
		}
		for _, sig := range n.Sigs {
			s.Witnesses = append(s.Witnesses, cosignature(w, sig))
		}
	}
	return s, nil
}

// open is note.Open, which takes it for an error when no known key has signed.
func open(msg []byte, known note.Verifiers) (*note.Note, error) {
	if len(msg) > MaxNote {
		return nil, fmt.Errorf("checkpoint: it has %d bytes, at most %d are read", len(msg), MaxNote)
	}
	n, err := note.Open(msg, known)
	if unverified, ok := errors.AsType[*note.UnverifiedNoteError](err); ok {
		return unverified.Note, nil
	}
	if bad, ok := errors.AsType[*note.InvalidSignatureError](err); ok {
		return nil, &forgedError{bad}
	}
	if err != nil {
		return nil, fmt.Errorf("checkpoint: it is not a signed note: %w", err)
	}
	return n, nil
}

// Attach adds the lines of witnesses to a note; lines that it has are not repeated.
func Attach(msg []byte, cosignatures []Cosignature) []byte {
	out := slices.Clone(msg)
	for _, c := range cosignatures {
		if !strings.Contains(string(out), "\n"+c.Line+"\n") {
			out = append(out, c.Line+"\n"...)
		}
	}
	return out
}
