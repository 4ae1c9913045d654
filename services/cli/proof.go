package cli

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/checkpoint"
	"github.com/aboveline/aboveline/services/audit"
)

type proofCommand struct {
	Event     string `arg:"" help:"Id of the event."`
	Programme string `required:"" placeholder:"ID" help:"Programme."`
	Key       string `placeholder:"FILE" help:"Public keys of the log (log.vkey); without it the signature is not checked."`
}

// Run fetches the proof, checks it and prints it.
func (c proofCommand) Run(ctx context.Context, s *session) error {
	id, err := uuid.Parse(c.Event)
	if err != nil {
		return usagef("%q is not the id of an event", c.Event)
	}
	var key checkpoint.Verifier
	if c.Key != "" {
		if key, err = checkpoint.LoadVerifier(c.Key); err != nil {
			return usagef("--key: %v", err)
		}
	}
	api, err := s.client()
	if err != nil {
		return err
	}
	proof, err := audit.Proof(ctx, api, events.Programme(c.Programme), id, key)
	if err != nil {
		return err
	}
	if s.json {
		return s.printJSON(proof)
	}
	signature := "its signature was checked"
	if c.Key == "" {
		signature = "its signature was not checked; name the log's public keys with --key"
	}
	_, err = fmt.Fprintf(s.stdout, "Event %s is at position %d of %d events under the checkpoint below (%s).\n\n%s",
		id, proof.Position, proof.TreeSize, signature, proof.Checkpoint)
	return err
}
