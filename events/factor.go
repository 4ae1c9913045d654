package events

// Types of events about offending-related factors.
const (
	TypeFactorAssessed Type = "FactorAssessed"
	TypeFactorRevised  Type = "FactorRevised"
)

// Factor says whether one offending-related factor was identified in a case,
// and whether enough was done and achieved about it. Each of the three has its
// own divisor.
type Factor struct {
	Factor                  FactorID `json:"factor"`
	Identified              Answer   `json:"identified"`
	InterventionsSufficient Answer   `json:"interventions_sufficient"`
	ProgressSufficient      Answer   `json:"progress_sufficient"`
	Note                    *Sealed  `json:"note,omitempty"`
}

// FactorAssessed is a factor as first assessed.
type FactorAssessed struct {
	Factor
}

// Kind implements [Event].
func (FactorAssessed) Kind() Kind { return Kind{TypeFactorAssessed, 1} }

// FactorRevised replaces the assessment of a factor.
type FactorRevised struct {
	Factor
	Reason *Sealed `json:"reason"`
}

// Kind implements [Event].
func (FactorRevised) Kind() Kind { return Kind{TypeFactorRevised, 1} }
