// Package access asks the policies on behalf of the HTTP API: who the caller is
// comes from the token, what they are in an inspection from the team events of
// the ledger, and what that allows from the Cedar policies.
//
// The membership is read from the ledger itself, so a member who was removed is
// refused from the next request on.
package access

import (
	"context"
	"fmt"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/services/api"
	"github.com/aboveline/aboveline/services/identity"
	"github.com/aboveline/aboveline/services/policy"
)

// Guard answers whether the caller of a request may do something. It is safe for
// concurrent use.
type Guard struct {
	policies *policy.Set
	ledger   *ledger.Ledger
}

// New makes a guard.
func New(p *policy.Set, l *ledger.Ledger) *Guard { return &Guard{policies: p, ledger: l} }

// Programme finds the inspection's programme. The error is a problem: not found,
// or unavailable.
func (g *Guard) Programme(ctx context.Context, i events.InspectionID) (events.Programme, error) {
	p, ok, err := g.ledger.ProgrammeOf(ctx, i)
	if err != nil {
		return "", unavailable()
	}
	if !ok {
		return "", api.Errorf(api.NotFound, "no inspection has this id")
	}
	return p, nil
}

// Allow returns the caller if the policies let them do it. Inspection is empty
// for what is about a programme or the installation. The error is a problem.
func (g *Guard) Allow(
	ctx context.Context, a policy.Action, p events.Programme, i events.InspectionID,
) (identity.Identity, error) {
	who, ok := identity.FromContext(ctx)
	if !ok {
		return who, api.Errorf(api.Unauthenticated, "send a bearer token")
	}
	req := policy.Request{Identity: who, Action: a, Programme: p, Inspection: i}
	if i != "" && who.Role != events.RoleAdministrator {
		role, err := g.member(ctx, p, i, who.Subject)
		if err != nil {
			return who, unavailable()
		}
		req.MemberRole = role
	}
	if ok, why := g.policies.Decide(req); !ok {
		return who, api.Errorf(api.Forbidden, "%s", why)
	}
	return who, nil
}

// member is the actor's role in the inspection by its team events, "" for none.
func (g *Guard) member(
	ctx context.Context, p events.Programme, i events.InspectionID, a events.Actor,
) (events.Role, error) {
	var role events.Role
	for r, err := range g.ledger.ReadStream(ctx, p, events.TeamStream(i, a)) {
		if err != nil {
			return "", err
		}
		e, err := codec.Decode(r.Kind(), r.Data)
		if err != nil {
			return "", fmt.Errorf("access: position %d: %w", r.Position, err)
		}
		switch e := e.(type) {
		case events.TeamMemberAdded:
			role = e.Role
		case events.TeamMemberRemoved:
			role = ""
		}
	}
	return role, nil
}

func unavailable() error {
	return api.Errorf(api.Unavailable, "the database is away; try again")
}
