package scores

import (
	"fmt"
	"math/big"

	"github.com/aboveline/aboveline/events"
)

// Cause is the kind of event that moved a figure.
type Cause string

// The causes, in the order in which totals list them.
const (
	// CauseJudgements are first answers.
	CauseJudgements Cause = "judgements"
	// CauseCorrections are revised answers, those given again after a withdrawal
	// among them.
	CauseCorrections Cause = "corrections"
	// CauseWithdrawals are answers taken back.
	CauseWithdrawals Cause = "withdrawals"
	// CauseAttributes are corrections of what is known of a case, which make
	// questions relevant to it or not.
	CauseAttributes Cause = "attributes"
	// CauseCriteria are frameworks published or restored.
	CauseCriteria Cause = "criteria"
)

// Causes lists all causes in order.
func Causes() []Cause {
	return []Cause{CauseJudgements, CauseCorrections, CauseWithdrawals, CauseAttributes, CauseCriteria}
}

// CauseOf is the cause that events of a type are; the error is [ErrUnknownEvent]
// for types that move no score.
func CauseOf(t events.Type) (Cause, error) {
	switch t {
	case events.TypeJudgementRecorded:
		return CauseJudgements, nil
	case events.TypeJudgementRevised:
		return CauseCorrections, nil
	case events.TypeJudgementWithdrawn:
		return CauseWithdrawals, nil
	case events.TypeCaseDescribed:
		return CauseAttributes, nil
	case events.TypeFrameworkPublished, events.TypeFrameworkRestored:
		return CauseCriteria, nil
	default:
		return "", fmt.Errorf("%s: %w", t, ErrUnknownEvent)
	}
}

// Total is what all changes of one cause did to a figure together.
type Total struct {
	Cause   Cause
	Changes int
	// Net is the exact sum of their movements, as a ratio like the figure itself: 1
	// is a hundred points. A figure without a value counts as 0.
	Net *big.Rat
}

// Totals adds up changes by cause: those of all changes of a figure add up to the
// figure, exactly. The zero value is empty and ready for use.
type Totals struct {
	counts map[Cause]int
	nets   map[Cause]*big.Rat

	// Changes that follow one upon the other telescope: only the ends count.
	run        bool
	cause      Cause
	start, end *big.Rat
}

// Add takes in a change, which must come after those added before.
func (t *Totals) Add(cause Cause, c Change) {
	if t.counts == nil {
		t.counts, t.nets = map[Cause]int{}, map[Cause]*big.Rat{}
	}
	t.counts[cause]++
	if !t.run || cause != t.cause || c.Before != t.end {
		t.close()
		t.run, t.cause, t.start = true, cause, c.Before
	}
	t.end = c.After
}

// close adds the run of changes to its cause.
func (t *Totals) close() {
	if !t.run {
		return
	}
	net := t.nets[t.cause]
	if net == nil {
		net = new(big.Rat)
		t.nets[t.cause] = net
	}
	if t.end != nil {
		net.Add(net, t.end)
	}
	if t.start != nil {
		net.Sub(net, t.start)
	}
	t.run = false
}

// All are the totals of every cause, in the order of [Causes].
func (t *Totals) All() []Total {
	t.close()
	all := make([]Total, 0, len(t.counts))
	for _, c := range Causes() {
		net := new(big.Rat)
		if t.nets[c] != nil {
			net.Set(t.nets[c])
		}
		all = append(all, Total{Cause: c, Changes: t.counts[c], Net: net})
	}
	return all
}
