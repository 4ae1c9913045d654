package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/checkpoint"
	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/services/client"
	"github.com/aboveline/aboveline/services/tables"
)

type explainCommand struct {
	Inspection string     `arg:"" help:"Inspection."`
	Figure     string     `arg:"" help:"Figure: outcome/1, section/1, criterion/4.1, question/4.1.07 and the like."`
	Actor      string     `placeholder:"ID" help:"Only changes by this actor."`
	Case       string     `placeholder:"ID" help:"Only changes by events about this case."`
	Question   string     `placeholder:"ID" help:"Only changes that moved this question."`
	Since      *time.Time `placeholder:"TIME" help:"Only what was recorded at this time or later, RFC 3339."`
	Until      *time.Time `placeholder:"TIME" help:"Only what was recorded by this time, RFC 3339."`
	Limit      *int       `xor:"page" placeholder:"N" help:"At most so many changes, the first."`
	Last       *int       `xor:"page" placeholder:"N" help:"At most so many changes, the last."`
	Proof      bool       `help:"With each change, the proof that its event is in the log, fetched and checked."`
	Key        string     `placeholder:"FILE" help:"With --proof: public keys of the log (log.vkey); without it signatures are not checked."`
	All        bool       `xor:"page" help:"All changes, also on a terminal, which shows the last 40 otherwise."`
}

// lastChanges is how many changes a terminal shows.
const lastChanges = 40

// Validate implements kong.Validatable.
func (c *explainCommand) Validate() error {
	switch {
	case c.Limit != nil && *c.Limit < 1, c.Last != nil && *c.Last < 1:
		return usagef("--limit and --last start at 1")
	case c.Since != nil && c.Until != nil && c.Until.Before(*c.Since):
		return usagef("--until is before --since")
	case c.Key != "" && !c.Proof:
		return usagef("--key goes with --proof")
	}
	return nil
}

// Run prints what moved the figure.
func (c *explainCommand) Run(ctx context.Context, s *session) error {
	var key checkpoint.Verifier
	if c.Key != "" {
		var err error
		if key, err = checkpoint.LoadVerifier(c.Key); err != nil {
			return usagef("--key: %v", err)
		}
	}
	api, err := s.client()
	if err != nil {
		return err
	}
	of := client.ChangesOf{
		Actor: events.Actor(c.Actor), Case: events.CaseID(c.Case), Question: events.QuestionID(c.Question),
		Since: given(c.Since), Until: given(c.Until), Limit: given(c.Limit), Last: given(c.Last),
	}
	if !s.json && !c.All && of.Limit == 0 && of.Last == 0 && terminal(s.stdout) {
		of.Last = lastChanges
	}
	out, err := api.Explain(ctx, events.InspectionID(c.Inspection), scores.FigureID(c.Figure), of)
	if err != nil {
		return err
	}
	var proven provenExplanation
	if c.Proof {
		if proven, err = prove(ctx, api, out, key); err != nil {
			return err
		}
	}
	switch {
	case s.json && c.Proof:
		return s.printJSON(proven)
	case s.json:
		return s.printJSON(out)
	}
	if skip := tables.Skipped(out); skip > 0 {
		fmt.Fprintf(s.stdout, "%d further changes are not shown; --all shows them\n", skip)
	}
	_, err = fmt.Fprintf(s.stdout, "%s\n\n%s\n", tables.Changes(fmt.Sprintf("%s %s", out.Figure, out.Name), out.Changes),
		tables.Totals(out))
	if err == nil && c.Proof && len(out.Changes) > 0 {
		_, err = fmt.Fprintf(s.stdout, "\nEach of these %d changes is in the log of %s; --json prints the proofs.\n",
			len(out.Changes), out.Programme)
	}
	return err
}
