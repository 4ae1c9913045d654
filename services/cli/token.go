package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/aboveline/aboveline/events"
)

type tokenCommand struct {
	As         string        `required:"" placeholder:"ID" help:"Who the token stands for."`
	Role       string        `required:"" placeholder:"ROLE" enum:"lead,inspector,local-assessor,analyst,framework-editor,auditor,support" help:"One of ${enum}."`
	Inspection string        `placeholder:"ID" help:"Narrow the token to one inspection."`
	TTL        time.Duration `name:"ttl" default:"12h" help:"Life of the token."`
}

// Run prints the token and nothing else.
func (c tokenCommand) Run(ctx context.Context, s *session) error {
	if c.TTL < time.Second {
		return usagef("--ttl: a token lives for a second at least, e.g. 12h")
	}
	api, err := s.client()
	if err != nil {
		return err
	}
	t, err := api.Token(ctx, events.Actor(c.As), events.Role(c.Role), events.InspectionID(c.Inspection), c.TTL)
	if err != nil {
		return err
	}
	if s.json {
		return s.printJSON(struct {
			Token      string              `json:"token"`
			Subject    events.Actor        `json:"subject"`
			Role       events.Role         `json:"role"`
			Inspection events.InspectionID `json:"inspection,omitempty"`
		}{t, events.Actor(c.As), events.Role(c.Role), events.InspectionID(c.Inspection)})
	}
	_, err = fmt.Fprintln(s.stdout, t)
	return err
}
