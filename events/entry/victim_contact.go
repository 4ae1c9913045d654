package entry

import "github.com/aboveline/aboveline/events"

// VictimContact is all that is known of the contact with the victim of one case.
type VictimContact struct {
	Case     events.CaseID
	Measures map[events.MeasureID]events.Answer
}

// Kind implements [Body].
func (VictimContact) Kind() Kind { return KindVictimContact }

func (b VictimContact) visit(f form) Body {
	f.text(caseField(), (*string)(&b.Case))
	f.table(answers("measures", `measures and their answers, such as {"eligible": "yes"}`),
		answerTable[events.MeasureID]{&b.Measures})
	return b
}
