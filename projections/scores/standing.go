package scores

// Standing is how one question stands for one case: what the case adds to the
// question's tally.
type Standing string

// The standings. Above and Below count in the proportion, the others do not.
const (
	Above Standing = "above"
	Below Standing = "below"
	// NotCounted: not applicable, or not relevant by rule, as it should be.
	NotCounted Standing = "not_counted"
	// Unanswered: relevant by rule, and no answer that could count is given.
	Unanswered Standing = "unanswered"
	// Flagged: an answer is given that no longer fits; it waits to be judged again.
	Flagged Standing = "flagged"
	// NotAsked: the framework does not have the question.
	NotAsked Standing = "not_asked"
)

// standing is the standing that a case gives a question by what it adds to the
// tally.
func (t Tally) standing() Standing {
	switch {
	case t.Above > 0:
		return Above
	case t.Relevant > 0:
		return Below
	case t.Flagged > 0:
		return Flagged
	case t.Unanswered > 0:
		return Unanswered
	default:
		return NotCounted
	}
}

// matters reports whether the standing counts, or has something to be looked at:
// a case that goes between standings that do not is no news.
func (s Standing) matters() bool { return s == Above || s == Below || s == Flagged }
