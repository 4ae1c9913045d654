package entry

import "github.com/aboveline/aboveline/events"

// Factor is the assessment of one offending-related factor of one case.
type Factor struct {
	Case                    events.CaseID
	Factor                  events.FactorID
	Identified              events.Answer
	InterventionsSufficient events.Answer
	ProgressSufficient      events.Answer
}

// Kind implements [Body].
func (Factor) Kind() Kind { return KindFactor }

func (b Factor) visit(f form) Body {
	const yesNo = `"yes", "no" or "not_applicable"`
	f.text(caseField(), (*string)(&b.Case))
	f.text(key("factor", `the id of the factor, such as "alcohol"`), (*string)(&b.Factor))
	f.text(key("identified", yesNo), (*string)(&b.Identified))
	f.text(key("interventions_sufficient", yesNo), (*string)(&b.InterventionsSufficient))
	f.text(key("progress_sufficient", yesNo), (*string)(&b.ProgressSufficient))
	return b
}
