package audit

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/checkpoint"
	"github.com/aboveline/aboveline/services/client"
	"github.com/aboveline/aboveline/services/notary"
)

// Proof fetches the proof that an event is in the log and checks it: the path from
// the leaf to the root always, and with a key who signed the root. The error says
// what does not hold.
func Proof(
	ctx context.Context, c *client.Client, p events.Programme, id events.EventID, key checkpoint.Verifier,
) (notary.Inclusion, error) {
	proof, err := c.Inclusion(ctx, p, id)
	if err != nil {
		return proof, err
	}
	if err := Check(proof, p, id, key); err != nil {
		return proof, fmt.Errorf("proof: the server's proof of event %s does not hold: %w", id, err)
	}
	return proof, nil
}

// Check checks a proof for an event of a programme; key may be zero, and then the
// checkpoint is anybody's word.
func Check(proof notary.Inclusion, p events.Programme, id events.EventID, key checkpoint.Verifier) error {
	open := func(msg []byte) (checkpoint.Signed, error) { return checkpoint.Verify(msg, key) }
	if key.IsZero() {
		open = checkpoint.Parse
	}
	c, err := open([]byte(proof.Checkpoint))
	if err != nil {
		return err
	}
	if c.Programme != p || proof.Event != id || proof.TreeSize != c.Size {
		return errors.New("it is about something else")
	}
	if proof.Position == 0 || uint64(proof.Position) > c.Size {
		return fmt.Errorf("position %d is not among the %d events signed", proof.Position, c.Size)
	}
	leaf, err := tlog.ParseHash(proof.Leaf)
	if err != nil {
		return fmt.Errorf("the leaf: %w", err)
	}
	path := make(tlog.RecordProof, len(proof.Hashes))
	for i, h := range proof.Hashes {
		raw, err := base64.StdEncoding.DecodeString(h)
		if err != nil || len(raw) != tlog.HashSize {
			return fmt.Errorf("hash %d is not the base64 of %d bytes", i, tlog.HashSize)
		}
		path[i] = tlog.Hash(raw)
	}
	return tlog.CheckRecord(path, int64(c.Size), c.Root, int64(proof.Position)-1, leaf)
}
