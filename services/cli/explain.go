package cli

import (
	"context"
	"fmt"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/services/tables"
)

type explainCommand struct {
	Inspection string `arg:"" help:"Inspection."`
	Figure     string `arg:"" help:"Figure: outcome/1, section/1, criterion/4.1, question/4.1.07 and the like."`
	All        bool   `help:"All changes, also on a terminal."`
}

// lastChanges is how many changes a terminal shows.
const lastChanges = 40

// Run prints every change of the figure.
func (c explainCommand) Run(ctx context.Context, s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	out, err := api.Explain(ctx, events.InspectionID(c.Inspection), scores.FigureID(c.Figure))
	if err != nil {
		return err
	}
	if s.json {
		return s.printJSON(out)
	}
	changes := out.Changes
	if skip := len(changes) - lastChanges; skip > 0 && !c.All && terminal(s.stdout) {
		fmt.Fprintf(s.stdout, "%d earlier changes are not shown; --all shows them\n", skip)
		changes = changes[skip:]
	}
	_, err = fmt.Fprintln(s.stdout, tables.Changes(fmt.Sprintf("%s %s", out.Figure, out.Name), changes))
	return err
}
