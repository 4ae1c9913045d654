package events

// Types of events about an assessor's judgement on one question of one case.
const (
	TypeJudgementRecorded  Type = "JudgementRecorded"
	TypeJudgementRevised   Type = "JudgementRevised"
	TypeJudgementWithdrawn Type = "JudgementWithdrawn"
)

// JudgementRecorded is the first answer to a question of a case.
type JudgementRecorded struct {
	Question QuestionID `json:"question"`
	Answer   Answer     `json:"answer"`
	Note     *Sealed    `json:"note,omitempty"`
}

// Kind implements [Event].
func (JudgementRecorded) Kind() Kind { return Kind{TypeJudgementRecorded, 1} }

// JudgementRevised replaces an answer, or gives one again after a withdrawal.
type JudgementRevised struct {
	Question QuestionID `json:"question"`
	Answer   Answer     `json:"answer"`
	Reason   *Sealed    `json:"reason"`
	Note     *Sealed    `json:"note,omitempty"`
}

// Kind implements [Event].
func (JudgementRevised) Kind() Kind { return Kind{TypeJudgementRevised, 1} }

// JudgementWithdrawn takes an answer back: the question is unanswered again.
type JudgementWithdrawn struct {
	Question QuestionID `json:"question"`
	Reason   *Sealed    `json:"reason"`
	Note     *Sealed    `json:"note,omitempty"`
}

// Kind implements [Event].
func (JudgementWithdrawn) Kind() Kind { return Kind{TypeJudgementWithdrawn, 1} }
