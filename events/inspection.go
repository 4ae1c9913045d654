package events

// Types of events about an inspection and its teams.
const (
	TypeInspectionOpened  Type = "InspectionOpened"
	TypeInspectionClosed  Type = "InspectionClosed"
	TypeTeamMemberAdded   Type = "TeamMemberAdded"
	TypeTeamMemberRemoved Type = "TeamMemberRemoved"
)

// InspectionOpened starts an inspection within its programme.
type InspectionOpened struct {
	Name string `json:"name"`
}

// Kind implements [Event].
func (InspectionOpened) Kind() Kind { return Kind{TypeInspectionOpened, 1} }

// InspectionClosed ends an inspection: nothing is recorded for it any more.
type InspectionClosed struct {
	Reason string `json:"reason"`
}

// Kind implements [Event].
func (InspectionClosed) Kind() Kind { return Kind{TypeInspectionClosed, 1} }

// TeamMemberAdded gives an actor a role in an inspection, and with it the right
// to write there as far as the policies let the role. Adding again changes the
// role or the team.
type TeamMemberAdded struct {
	Member Actor  `json:"member"`
	Role   Role   `json:"role"`
	Team   TeamID `json:"team,omitempty"`
}

// Kind implements [Event].
func (TeamMemberAdded) Kind() Kind { return Kind{TypeTeamMemberAdded, 1} }

// TeamMemberRemoved ends an actor's membership.
type TeamMemberRemoved struct {
	Member Actor `json:"member"`
}

// Kind implements [Event].
func (TeamMemberRemoved) Kind() Kind { return Kind{TypeTeamMemberRemoved, 1} }
