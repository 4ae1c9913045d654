package cli

import (
	"context"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/client"
	"github.com/aboveline/aboveline/services/tables"
)

//nolint:lll // struct tags
type scoresCommand struct {
	Inspection string    `arg:"" help:"Inspection."`
	Position   uint64    `xor:"moment" placeholder:"N" help:"As of this position of the ledger."`
	At         time.Time `xor:"moment" placeholder:"TIME" help:"As of what was recorded by this time, RFC 3339."`
	Where      string    `xor:"moment" placeholder:"EXPR" help:"Only cases for which this expression holds, e.g. 'case.gender == \"female\"'."`
}

// Run prints the figures.
func (c scoresCommand) Run(ctx context.Context, s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	out, err := api.Scores(ctx, events.InspectionID(c.Inspection), client.ScoresOf{
		Position: events.Position(c.Position), At: c.At, Where: c.Where,
	})
	if err != nil {
		return err
	}
	if s.json {
		return s.printJSON(out)
	}
	return tables.Scores(s.stdout, out)
}
