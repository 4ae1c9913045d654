package scores

import (
	"iter"
	"math/big"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
)

// Change is what one event did to one figure.
type Change struct {
	Position events.Position
	// Movements are those of the questions that feed the figure; empty when a
	// framework moved the figure and no tally.
	Movements []Movement
	// Before and After are the figure's exact value, nil while it has none. They
	// may be equal: a judgement can move a tally and not its proportion. They are
	// shared between changes and must not be changed.
	Before, After *big.Rat
	// Framework is the revision under which After stands.
	Framework int
}

// Explain says how a figure of one inspection came to be: every event that moved
// a question which feeds it, or the figure itself, in order, with the figure
// before and after. Before of the first change is nil; Before of every other one
// is After of the one before it; After of the last is the figure as [Figures]
// makes it.
//
// history is that of the one inspection from its beginning, as [Fold.Take] gave
// it. It may leave out questions that never feed the figure (see
// [FigureID.Questions]), but no movement without a question. frameworks finds a
// revision; it is asked once each time that the revision changes. A figure that
// some revision does not have has no value under it.
//
// An error ends the sequence: one of history or frameworks as it is, or one for
// which [IsBadHistory] holds.
func Explain(
	frameworks func(revision int) (*framework.Framework, error), figure FigureID, history iter.Seq2[Movement, error],
) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		x := explanation{figure: figure, frameworks: frameworks, stood: map[events.QuestionID]Proportion{}}
		for m, err := range history {
			if err == nil && x.open && m.Position != x.change.Position {
				if c, ok := x.finish(); ok && !yield(c, nil) {
					return
				}
			}
			if err == nil {
				err = x.take(m)
			}
			if err != nil {
				yield(Change{}, err)
				return
			}
		}
		if c, ok := x.finish(); ok {
			yield(c, nil)
		}
	}
}

// explanation is a figure on its way through the history.
type explanation struct {
	figure     FigureID
	frameworks func(int) (*framework.Framework, error)

	stood   map[events.QuestionID]Proportion // as the history left it
	groups  map[events.QuestionID]int        // of the questions that feed the figure
	average *average                         // over stood

	change Change // of the position being read
	open   bool
}

// take reads one movement into the change of its position.
func (x *explanation) take(m Movement) error {
	if !x.open {
		x.open = true
		x.change = Change{Position: m.Position, Before: x.change.After, Framework: x.change.Framework}
	}
	if m.Framework != x.change.Framework || x.average == nil {
		if err := x.adopt(m.Framework); err != nil {
			return err
		}
	}
	if m.Question == "" {
		return nil
	}
	if left := x.stood[m.Question]; left != m.Before {
		return &HistoryError{Movement: m, Left: left}
	}
	x.stood[m.Question] = m.After
	if g, feeds := x.groups[m.Question]; feeds {
		x.average.remove(g, m.Before)
		x.average.add(g, m.After)
		x.change.Movements = append(x.change.Movements, m)
	}
	return nil
}

// adopt makes the figure anew from what stands, by the recipe of a framework.
func (x *explanation) adopt(revision int) error {
	fw, err := x.frameworks(revision)
	if err != nil {
		return err
	}
	r, err := x.figure.recipe(fw)
	if err != nil && !IsUnknownFigure(err) {
		return err
	}
	x.average = newAverage(r.groups)
	x.groups = make(map[events.QuestionID]int, len(r.terms))
	for _, t := range r.terms {
		x.groups[t.question] = t.group
		x.average.add(t.group, x.stood[t.question])
	}
	x.change.Framework = revision
	return nil
}

// finish is the change of the position just read; false when it did nothing to
// the figure.
func (x *explanation) finish() (Change, bool) {
	if !x.open {
		return Change{}, false
	}
	x.open = false
	x.change.After = x.average.value()
	return x.change, len(x.change.Movements) > 0 || !equal(x.change.Before, x.change.After)
}

func equal(a, b *big.Rat) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Cmp(b) == 0
}
