package events

// TypeCaseDescribed is the type of [CaseDescribed].
const TypeCaseDescribed Type = "CaseDescribed"

// CaseDescribed brings a case into the sample (its first revision) or corrects
// its attributes (later ones).
type CaseDescribed struct {
	// Attributes are merged into those known: only those named change, and null
	// removes.
	Attributes map[string]*string `json:"attributes"`
	Reason     *Sealed            `json:"reason,omitempty"`
	Note       *Sealed            `json:"note,omitempty"`
}

// Kind implements [Event].
func (CaseDescribed) Kind() Kind { return Kind{TypeCaseDescribed, 1} }
