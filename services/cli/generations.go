package cli

import (
	"context"
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/services/query"
	"github.com/aboveline/aboveline/services/tables"
)

type generationsCommand struct {
	Programme string `required:"" placeholder:"ID" help:"Programme."`
	Use       int64  `placeholder:"N" help:"Go back to generation N, the previous one; it is caught up and checked first."`
}

// Run lists the generations, or goes back to one.
func (c generationsCommand) Run(ctx context.Context, s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	p := events.Programme(c.Programme)
	if c.Use < 0 {
		return usagef("--use: %d is not the number of a generation", c.Use)
	}
	if c.Use > 0 {
		g := runner.Generation(c.Use)
		if err := api.UseGeneration(ctx, p, g); err != nil {
			return err
		}
		return s.followBuild(ctx, api, p, g)
	}
	all, err := api.Generations(ctx, p)
	if err != nil {
		return err
	}
	if s.json {
		return s.printJSON(query.GenerationList{Programme: p, Generations: all})
	}
	t := tables.New("Generations of "+c.Programme,
		"#", "Read model", "Version", "State", "Position", "Parked", "Asked for by", "Made", "Reason")
	for _, g := range all {
		state := string(g.State)
		if g.Phase != "" {
			state += " (" + g.Phase + ")"
		}
		t.AppendRow(table.Row{
			g.Generation, g.Projection, g.Version, state, fmt.Sprintf("%d of %d", g.Position, g.Head), g.Parked,
			g.RequestedBy, g.CreatedAt.Local().Format("2006-01-02 15:04:05"), g.Reason,
		})
	}
	_, err = fmt.Fprintln(s.stdout, tables.Render(t))
	return err
}
