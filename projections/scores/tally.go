package scores

// Proportion is how many of the answers that count are above the line (rule R1).
type Proportion struct {
	Above, Relevant int
}

// Tally is the state of one question in one inspection, counted in cases.
//
// Relevant counts the answers that are given, are not "not applicable" and
// belong to a case in which the question's rule holds; Above those of them above
// the line. Unanswered and Flagged stand beside the figures and never enter
// them: Unanswered counts the cases in which the rule holds and no answer that
// could count is given, Flagged the answers that no longer fit (see class).
type Tally struct {
	Above, Relevant     int
	Unanswered, Flagged int
}

// Proportion is the part of t that figures are made of.
func (t Tally) Proportion() Proportion { return Proportion{t.Above, t.Relevant} }

func (t Tally) plus(o Tally) Tally {
	return Tally{t.Above + o.Above, t.Relevant + o.Relevant, t.Unanswered + o.Unanswered, t.Flagged + o.Flagged}
}

func (t Tally) minus(o Tally) Tally {
	return Tally{t.Above - o.Above, t.Relevant - o.Relevant, t.Unanswered - o.Unanswered, t.Flagged - o.Flagged}
}

// class is what an answer is to its question under one framework: of an answer of
// an earlier scale, what it reads as.
type class uint8

const (
	none          class = iota // not given, or withdrawn
	foreign                    // given, but not on the question's scale, nor read as one that is
	notApplicable              // given as not applicable (rule R2)
	below                      // "not done" is one of these (rule R3)
	above                      // above the line of this question (rule R9)
)

// tally is what one case adds to the tally of a question: c is the class of its
// answer, holds whether the relevance rule holds for the case, judged whether
// the assessor decides within the rule.
func (c class) tally(holds, judged bool) Tally {
	switch {
	case c == above && holds:
		return Tally{Above: 1, Relevant: 1}
	case c == below && holds:
		return Tally{Relevant: 1}
	case c == above || c == below:
		// The rule turned false over the answer: out of the divisor, flagged.
		return Tally{Flagged: 1}
	case c == notApplicable && holds && !judged:
		// The rule turned true over "not applicable", and nobody may choose.
		return Tally{Unanswered: 1, Flagged: 1}
	case c == foreign && holds:
		return Tally{Unanswered: 1, Flagged: 1}
	case c == foreign:
		return Tally{Flagged: 1}
	case c == none && holds:
		return Tally{Unanswered: 1}
	default:
		return Tally{}
	}
}
