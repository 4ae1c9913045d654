package entry

import "github.com/aboveline/aboveline/events"

// TeamMember gives an actor a role in the inspection, or changes it.
type TeamMember struct {
	Member events.Actor
	Role   events.Role
	// Team is empty in an inspection with one team.
	Team events.TeamID
}

// Kind implements [Body].
func (TeamMember) Kind() Kind { return KindTeamMember }

func (b TeamMember) visit(f form) Body {
	f.text(memberField(), (*string)(&b.Member))
	f.text(key("role", `a role, such as "inspector"`), (*string)(&b.Role))
	f.text(key("team", `the id of the team, such as "north"`).optional(), (*string)(&b.Team))
	return b
}

// TeamMemberRemoval ends an actor's membership of the inspection.
type TeamMemberRemoval struct {
	Member events.Actor
}

// Kind implements [Body].
func (TeamMemberRemoval) Kind() Kind { return KindTeamMemberRemoval }

func (b TeamMemberRemoval) visit(f form) Body {
	f.text(memberField(), (*string)(&b.Member))
	return b
}

func memberField() Field {
	f := key("member", "the subject of the member's token")
	f.Max = MaxMember
	return f
}
