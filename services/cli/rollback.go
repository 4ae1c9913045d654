package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/client"
)

type rollbackCommand struct {
	Programme string `required:"" placeholder:"ID" help:"Programme."`
	Reason    string `placeholder:"TEXT" help:"Why the criteria go back; readable by all who read the framework."`
	From      int    `placeholder:"N" help:"Revision to roll back from, which must be the current one (default: the current one)."`
}

// rolledBack is what a rollback prints as JSON.
type rolledBack struct {
	Programme events.Programme `json:"programme"`
	Revision  int              `json:"revision"`
	Replaced  int              `json:"replaced"`
	Position  events.Position  `json:"position"`
	ID        events.EventID   `json:"id"`
}

// Run makes the revision that the current one was made from the current one again,
// and returns when the scores show it.
func (c rollbackCommand) Run(ctx context.Context, s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	p := events.Programme(c.Programme)
	if c.From <= 0 {
		current, err := api.Framework(ctx, p)
		if err != nil {
			return err
		}
		if current.Revision == 0 {
			return fmt.Errorf("programme %s has no framework to roll back", p)
		}
		c.From = current.Revision
	}
	r, err := api.RollbackFramework(ctx, p, c.From, c.Reason)
	if err != nil {
		return err
	}
	s.awaitScores(ctx, api, p, r.Position)
	now, err := api.Framework(ctx, p)
	if err != nil {
		return err
	}
	if s.json {
		return s.printJSON(rolledBack{p, now.Revision, c.From, r.Position, r.ID})
	}
	_, err = fmt.Fprintf(s.stdout, "%s: framework revision %d is current again, in the place of revision %d, position %d\n",
		p, now.Revision, c.From, r.Position)
	return err
}

// scoresWithin bounds the wait for the scores after criteria have changed.
const scoresWithin = 10 * time.Second

// awaitScores waits until the scores show what was recorded at the position. If they
// do not in time it says so: what was recorded stands either way.
func (s *session) awaitScores(ctx context.Context, api *client.Client, p events.Programme, to events.Position) {
	if err := api.CatchUpAll(ctx, p, to, scoresWithin); err != nil {
		fmt.Fprintln(s.stderr, "aboveline: this is recorded, and the scores do not show it yet:", s.explain(err))
	}
}
