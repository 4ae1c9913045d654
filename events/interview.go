package events

// Types of events about an interview.
const (
	TypeInterviewRecorded Type = "InterviewRecorded"
	TypeInterviewRevised  Type = "InterviewRevised"
)

// Interview is what was said in one interview with a member of staff or a
// sentencer: the whole of it, also in a revision.
type Interview struct {
	Interview InterviewID `json:"interview"`
	// Role is a role of the framework's interview_breakdowns, e.g.
	// "offender-manager"; Grade and LDU (local delivery unit) likewise. LDU is
	// empty where the role has none.
	Role    string                `json:"role"`
	Grade   string                `json:"grade"`
	LDU     string                `json:"ldu,omitempty"`
	Answers map[QuestionID]Answer `json:"answers"`
	Note    *Sealed               `json:"note,omitempty"`
}

// InterviewRecorded is an interview as first recorded.
type InterviewRecorded struct {
	Interview
}

// Kind implements [Event].
func (InterviewRecorded) Kind() Kind { return Kind{TypeInterviewRecorded, 1} }

// InterviewRevised replaces an interview.
type InterviewRevised struct {
	Interview
	Reason *Sealed `json:"reason"`
}

// Kind implements [Event].
func (InterviewRevised) Kind() Kind { return Kind{TypeInterviewRevised, 1} }
