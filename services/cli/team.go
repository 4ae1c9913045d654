package cli

import (
	"context"
	"fmt"

	"github.com/aboveline/aboveline/events"
)

type teamCommand struct {
	Add teamAdd `cmd:"" help:"Give someone a role in an inspection."`
}

type teamAdd struct {
	Inspection string `arg:"" help:"Inspection."`
	ID         string `arg:"" help:"The subject of the member's token."`
	Role       string `required:"" placeholder:"ROLE" enum:"lead,inspector,local-assessor,analyst,framework-editor,auditor,support" help:"One of ${enum}."`
	Team       string `placeholder:"TEAM" help:"The member's team."`
}

// Run adds the member, or changes their role.
func (c teamAdd) Run(ctx context.Context, s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	r, err := api.AddTeamMember(ctx,
		events.InspectionID(c.Inspection), events.Actor(c.ID), events.Role(c.Role), events.TeamID(c.Team))
	if err != nil {
		return err
	}
	if s.json {
		return s.printJSON(r)
	}
	_, err = fmt.Fprintf(s.stdout, "%s is %s in %s, position %d\n", c.ID, c.Role, c.Inspection, r.Position)
	return err
}
