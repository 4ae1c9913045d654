package events

// Types of events about victim contact.
const (
	TypeVictimContactRecorded Type = "VictimContactRecorded"
	TypeVictimContactRevised  Type = "VictimContactRevised"
)

// VictimContact is the state of the contact with the victim of one case: all
// measures of the framework that are known, also in a revision.
type VictimContact struct {
	Measures map[MeasureID]Answer `json:"measures"`
	Note     *Sealed              `json:"note,omitempty"`
}

// VictimContactRecorded is a contact record as first made.
type VictimContactRecorded struct {
	VictimContact
}

// Kind implements [Event].
func (VictimContactRecorded) Kind() Kind { return Kind{TypeVictimContactRecorded, 1} }

// VictimContactRevised replaces a contact record.
type VictimContactRevised struct {
	VictimContact
	Reason *Sealed `json:"reason"`
}

// Kind implements [Event].
func (VictimContactRevised) Kind() Kind { return Kind{TypeVictimContactRevised, 1} }
