package events

// Type is the persisted name of a kind of event, e.g. "JudgementRecorded".
type Type string

// Event is the data of one event: a value (never a pointer) of one of the kinds
// in this package.
type Event interface {
	// Kind is the persisted name and version of this Go type.
	Kind() Kind
}

// Kind is one persisted shape: a type and the version of its data.
type Kind struct {
	Type    Type
	Version int
}

// Control reports whether events of this type change what may be recorded from
// then on (frameworks, teams, the state of an inspection). The ledger keeps the
// position of the last one in a programme's head, so that a recorder knows when
// its picture is out of date.
func (t Type) Control() bool {
	switch t {
	case TypeProgrammeOpened, TypeFrameworkPublished, TypeFrameworkRestored, TypeInspectionOpened,
		TypeInspectionClosed, TypeTeamMemberAdded, TypeTeamMemberRemoved:
		return true
	default:
		return false
	}
}
