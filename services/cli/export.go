package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/aboveline/aboveline/events"
)

type exportCommand struct {
	Programme  string `required:"" placeholder:"ID" help:"Programme."`
	Inspection string `placeholder:"ID" help:"Only events of this inspection."`
	After      uint64 `placeholder:"N" help:"Only events after this position."`
}

// Run copies the events to standard output. A connection that is cut on the way
// is an error: what was printed is then not the whole.
func (c exportCommand) Run(ctx context.Context, s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	body, err := api.Export(ctx, events.Programme(c.Programme), events.InspectionID(c.Inspection), events.Position(c.After))
	if err != nil {
		return err
	}
	defer body.Close()
	if _, err := io.Copy(s.stdout, body); err != nil {
		return fmt.Errorf("the export is not complete: %w", err)
	}
	return nil
}
