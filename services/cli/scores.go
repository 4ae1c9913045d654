package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/alecthomas/kong"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/client"
	"github.com/aboveline/aboveline/services/query"
	"github.com/aboveline/aboveline/services/tables"
)

type scoresCommand struct {
	Inspection    string     `arg:"" help:"Inspection."`
	Position      *uint64    `xor:"moment" placeholder:"N" help:"As of this position of the ledger."`
	At            *time.Time `xor:"moment" placeholder:"TIME" help:"As of what was recorded by this time, RFC 3339."`
	AtOccurred    *time.Time `xor:"moment" placeholder:"TIME" help:"As of what was true at this time by the inspectors' clocks, whenever it was recorded."`
	Diff          moments    `xor:"moment" placeholder:"A B" help:"Compare two moments: now, a position, a time (recorded) or occurred:TIME each."`
	Framework     *int       `placeholder:"REV" help:"Under this published revision of the framework (default: the one in force at the moment)."`
	DiffFramework *int       `placeholder:"REV" help:"With --diff: the second moment under this revision."`
	Where         string     `placeholder:"EXPR" help:"Only cases for which this expression holds, e.g. 'case.gender == \"female\"'."`
}

// moments are the two values of --diff.
type moments struct{ From, To string }

// Decode implements kong.MapperValue.
func (m *moments) Decode(ctx *kong.DecodeContext) error {
	for _, to := range []*string{&m.From, &m.To} {
		if err := ctx.Scan.PopValueInto("moment (--diff takes two)", to); err != nil {
			return err
		}
		if _, err := query.ParseMoment(*to); err != nil {
			return fmt.Errorf("%q: %w", *to, err)
		}
	}
	return nil
}

// Validate implements kong.Validatable.
func (c *scoresCommand) Validate() error {
	switch {
	case c.Position != nil && *c.Position == 0:
		return usagef("--position: positions start at 1")
	case c.Framework != nil && *c.Framework < 1, c.DiffFramework != nil && *c.DiffFramework < 1:
		return usagef("--framework: revisions start at 1")
	case c.DiffFramework != nil && c.Diff == moments{}:
		return usagef("--diff-framework goes with --diff")
	}
	return nil
}

// Run prints the figures.
func (c *scoresCommand) Run(ctx context.Context, s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	if c.Diff != (moments{}) {
		return c.difference(ctx, s, api)
	}
	out, err := api.Scores(ctx, events.InspectionID(c.Inspection), client.ScoresOf{
		Position: events.Position(given(c.Position)), At: given(c.At), AtOccurred: given(c.AtOccurred),
		Framework: given(c.Framework), Where: c.Where,
	})
	if err != nil {
		return err
	}
	if s.json {
		return s.printJSON(out)
	}
	return tables.Scores(s.stdout, out)
}

func (c *scoresCommand) difference(ctx context.Context, s *session, api *client.Client) error {
	out, err := api.Difference(ctx, events.InspectionID(c.Inspection), client.DifferenceOf{
		From: c.Diff.From, To: c.Diff.To, Framework: given(c.Framework), ToFramework: given(c.DiffFramework), Where: c.Where,
	})
	if err != nil {
		return err
	}
	if s.json {
		return s.printJSON(out)
	}
	return tables.Difference(s.stdout, out)
}

// given is the value of a flag, zero where it was left out.
func given[T any](flag *T) (value T) {
	if flag != nil {
		value = *flag
	}
	return value
}
