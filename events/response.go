package events

// Types of events about a questionnaire.
const (
	TypeResponseRecorded Type = "ResponseRecorded"
	TypeResponseRevised  Type = "ResponseRevised"
)

// Response is what one respondent answered to one instrument: the whole of it,
// also in a revision.
type Response struct {
	Instrument InstrumentID          `json:"instrument"`
	Respondent RespondentID          `json:"respondent"`
	Answers    map[QuestionID]Answer `json:"answers"`
	Note       *Sealed               `json:"note,omitempty"`
}

// ResponseRecorded is a questionnaire as first received.
type ResponseRecorded struct {
	Response
}

// Kind implements [Event].
func (ResponseRecorded) Kind() Kind { return Kind{TypeResponseRecorded, 1} }

// ResponseRevised replaces a response, e.g. one keyed in wrongly from paper.
type ResponseRevised struct {
	Response
	Reason *Sealed `json:"reason"`
}

// Kind implements [Event].
func (ResponseRevised) Kind() Kind { return Kind{TypeResponseRevised, 1} }
