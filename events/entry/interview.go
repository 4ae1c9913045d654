package entry

import "github.com/aboveline/aboveline/events"

// Interview is the whole of what was said in one interview.
type Interview struct {
	Interview events.InterviewID
	Role      string
	Grade     string
	// LDU is empty where the role has no local delivery units.
	LDU     string
	Answers map[events.QuestionID]events.Answer
}

// Kind implements [Body].
func (Interview) Kind() Kind { return KindInterview }

func (b Interview) visit(f form) Body {
	f.text(key("interview", `the id of the interview, such as "O01"`), (*string)(&b.Interview))
	f.text(key("role", `the role of the person interviewed, such as "offender-manager"`), &b.Role)
	f.text(key("grade", `a grade of the role, such as "PO"`), &b.Grade)
	f.text(key("ldu", `a local delivery unit of the role, such as "hampshire"`).optional(), &b.LDU)
	f.table(answers("answers", `questions and their answers, such as {"om.01": "yes"}`),
		answerTable[events.QuestionID]{&b.Answers})
	return b
}
