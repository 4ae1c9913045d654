package events

// Types of events about a programme and its framework.
const (
	TypeProgrammeOpened    Type = "ProgrammeOpened"
	TypeFrameworkPublished Type = "FrameworkPublished"
	TypeFrameworkRestored  Type = "FrameworkRestored"
)

// ProgrammeOpened starts a programme; it is always at position 1.
type ProgrammeOpened struct {
	Name string `json:"name"`
}

// Kind implements [Event].
func (ProgrammeOpened) Kind() Kind { return Kind{TypeProgrammeOpened, 1} }

// FrameworkPublished makes a framework the current one of its programme.
type FrameworkPublished struct {
	// Revision is 1 for the first framework of a programme, then 2, 3 …, also
	// after an earlier one was restored.
	Revision int `json:"revision"`
	// Base is the revision that the editor started from; 0 for the first.
	Base int `json:"base"`
	// ContentHash is the lower-case hex SHA-256 of Source.
	ContentHash string `json:"content_hash"`
	// Source is the whole framework file (YAML, UTF-8), byte for byte.
	Source string `json:"source"`
	// Reason says why it was published; it is about criteria, never about persons.
	Reason string `json:"reason,omitempty"`
}

// Kind implements [Event].
func (FrameworkPublished) Kind() Kind { return Kind{TypeFrameworkPublished, 1} }

// FrameworkRestored makes an earlier revision of the framework the current one
// again: the one that the current one was made from.
type FrameworkRestored struct {
	// Revision is current from now on; Replaced was until now.
	Revision int `json:"revision"`
	Replaced int `json:"replaced"`
	// Reason says why; it is about criteria, never about persons.
	Reason string `json:"reason,omitempty"`
}

// Kind implements [Event].
func (FrameworkRestored) Kind() Kind { return Kind{TypeFrameworkRestored, 1} }
