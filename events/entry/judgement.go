package entry

import "github.com/aboveline/aboveline/events"

// Judgement answers one question of one case.
type Judgement struct {
	Case     events.CaseID
	Question events.QuestionID
	Answer   events.Answer
}

// Kind implements [Body].
func (Judgement) Kind() Kind { return KindJudgement }

func (b Judgement) visit(f form) Body {
	f.text(caseField(), (*string)(&b.Case))
	f.text(questionField(), (*string)(&b.Question))
	f.text(key("answer", `one answer of the question's scale, such as "sufficient"`), (*string)(&b.Answer))
	return b
}

// JudgementWithdrawal takes an answer back. Its reason is required.
type JudgementWithdrawal struct {
	Case     events.CaseID
	Question events.QuestionID
}

// Kind implements [Body].
func (JudgementWithdrawal) Kind() Kind { return KindJudgementWithdrawal }

func (b JudgementWithdrawal) visit(f form) Body {
	f.text(caseField(), (*string)(&b.Case))
	f.text(questionField(), (*string)(&b.Question))
	return b
}

func caseField() Field { return key("case", `the id of the case, such as "C001"`) }

func questionField() Field { return key("question", `the id of a question, such as "4.1.07"`) }
