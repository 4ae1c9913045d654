package entry

// Kind says what an entry is about. Kinds are persisted in outboxes and only grow.
type Kind string

// Kinds that anyone who may write to an inspection submits.
const (
	KindJudgement           Kind = "judgement"
	KindJudgementWithdrawal Kind = "judgement-withdrawal"
	KindCase                Kind = "case"
	KindInterview           Kind = "interview"
	KindResponse            Kind = "response"
	KindVictimContact       Kind = "victim-contact"
	KindFactor              Kind = "factor"
)

// Control kinds change what may be recorded from then on. They come from
// endpoints of their own, never from a submission of a client.
const (
	KindProgramme         Kind = "programme"
	KindFramework         Kind = "framework"
	KindFrameworkRollback Kind = "framework-rollback"
	KindInspectionOpening Kind = "inspection-opening"
	KindInspectionClosing Kind = "inspection-closing"
	KindTeamMember        Kind = "team-member"
	KindTeamMemberRemoval Kind = "team-member-removal"
)

// Kinds lists every kind of this release, those that clients submit first.
func Kinds() []Kind {
	return []Kind{
		KindJudgement, KindJudgementWithdrawal, KindCase, KindInterview, KindResponse,
		KindVictimContact, KindFactor,
		KindProgramme, KindFramework, KindInspectionOpening, KindInspectionClosing,
		KindTeamMember, KindTeamMemberRemoval, KindFrameworkRollback,
	}
}

// Control reports whether entries of the kind come from endpoints of their own.
// It is false for kinds that this release does not know.
func (k Kind) Control() bool {
	switch k {
	case KindProgramme, KindFramework, KindFrameworkRollback, KindInspectionOpening, KindInspectionClosing,
		KindTeamMember, KindTeamMemberRemoval:
		return true
	default:
		return false
	}
}

// zero is the empty body of the kind.
func (k Kind) zero() (Body, bool) {
	switch k {
	case KindJudgement:
		return Judgement{}, true
	case KindJudgementWithdrawal:
		return JudgementWithdrawal{}, true
	case KindCase:
		return Case{}, true
	case KindInterview:
		return Interview{}, true
	case KindResponse:
		return Response{}, true
	case KindVictimContact:
		return VictimContact{}, true
	case KindFactor:
		return Factor{}, true
	case KindProgramme:
		return Programme{}, true
	case KindFramework:
		return Framework{}, true
	case KindFrameworkRollback:
		return FrameworkRollback{}, true
	case KindInspectionOpening:
		return InspectionOpening{}, true
	case KindInspectionClosing:
		return InspectionClosing{}, true
	case KindTeamMember:
		return TeamMember{}, true
	case KindTeamMemberRemoval:
		return TeamMemberRemoval{}, true
	default:
		return nil, false
	}
}

// scope says which of the shared fields a kind has, and which it needs.
type scope struct {
	inspection bool // inspection is needed; it is unknown otherwise
	reason     use
	note       use
}

type use int

const (
	unused use = iota
	optional
	required
)

// scope follows what the events can keep: a field that no event has room for is
// unknown rather than dropped.
func (k Kind) scope() scope {
	switch k {
	case KindJudgementWithdrawal:
		return scope{inspection: true, reason: required, note: optional}
	case KindProgramme:
		return scope{}
	case KindFramework, KindFrameworkRollback:
		return scope{reason: optional}
	case KindInspectionClosing:
		return scope{inspection: true, reason: required}
	case KindInspectionOpening, KindTeamMember, KindTeamMemberRemoval:
		return scope{inspection: true}
	default:
		return scope{inspection: true, reason: optional, note: optional}
	}
}
