package cli

import (
	"context"

	"github.com/aboveline/aboveline/events"
)

type checkpointCommand struct {
	Programme string `required:"" placeholder:"ID" help:"Programme."`
}

// Run prints the checkpoint as it was signed, over everything recorded so far. Kept
// elsewhere, it proves later with verify --since that nothing under it changed.
func (c checkpointCommand) Run(ctx context.Context, s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	signed, err := api.Checkpoint(ctx, events.Programme(c.Programme))
	if err != nil {
		return err
	}
	if s.json {
		return s.printJSON(map[string]string{"programme": c.Programme, "checkpoint": string(signed)})
	}
	_, err = s.stdout.Write(signed)
	return err
}
