package entry

import "github.com/aboveline/aboveline/events"

// Response is the whole of what one respondent answered to one instrument.
type Response struct {
	Instrument events.InstrumentID
	// Respondent is a token that nothing links to a person.
	Respondent events.RespondentID
	Answers    map[events.QuestionID]events.Answer
}

// Kind implements [Body].
func (Response) Kind() Kind { return KindResponse }

func (b Response) visit(f form) Body {
	f.text(key("instrument", `the id of the questionnaire, such as "offender-survey"`), (*string)(&b.Instrument))
	f.text(key("respondent", `the token of the respondent, such as "N001"`), (*string)(&b.Respondent))
	f.table(answers("answers", `questions and their answers, such as {"sv.01": "yes"}`),
		answerTable[events.QuestionID]{&b.Answers})
	return b
}
