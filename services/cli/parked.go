package cli

import (
	"context"
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/query"
	"github.com/aboveline/aboveline/services/tables"
)

type parkedCommand struct {
	Programme string `required:"" placeholder:"ID" help:"Programme."`
	Retry     bool   `help:"Try them again, each in its place, in a new generation."`
}

// Run lists parked events, or has them tried again.
func (c parkedCommand) Run(ctx context.Context, s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	p := events.Programme(c.Programme)
	if c.Retry {
		all, err := api.RetryParkedEvents(ctx, p)
		if err != nil {
			return err
		}
		if len(all) == 0 && !s.json {
			fmt.Fprintln(s.stdout, "nothing is parked")
		}
		for _, g := range all {
			if err := s.followBuild(ctx, api, p, g); err != nil {
				return err
			}
		}
	}
	all, err := api.ParkedEvents(ctx, p)
	if err != nil {
		return err
	}
	if s.json {
		return s.printJSON(query.ParkedList{Programme: p, Parked: all})
	}
	if len(all) == 0 {
		if !c.Retry {
			fmt.Fprintln(s.stdout, "nothing is parked")
		}
		return nil
	}
	t := tables.New("Parked in "+c.Programme, "Position", "Read model", "Type", "Stream", "Attempts", "Reason")
	for _, e := range all {
		t.AppendRow(table.Row{e.Position, e.Projection, e.Type, e.Stream, e.Attempts, e.Reason})
	}
	_, err = fmt.Fprintln(s.stdout, tables.Render(t))
	return err
}
