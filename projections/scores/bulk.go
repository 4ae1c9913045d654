package scores

import (
	"iter"
	"slices"
)

// TakeMovements hands over the history since the last call, as [Fold.Take] does,
// and forgets the rows that were touched: for who writes those at the end, from
// [Fold.State].
func (f *Fold) TakeMovements() []Movement {
	t := &f.touched
	history := t.history
	for _, n := range t.inspections {
		n.touched = false
	}
	for _, p := range t.cases {
		p.n.cases[p.at].touched = false
	}
	for _, p := range t.answers {
		p.n.cells[p.slot][p.at].touched = false
	}
	for _, p := range t.tallies {
		p.n.moved[p.slot] = false
	}
	f.touched = touched{
		inspections: t.inspections[:0], cases: t.cases[:0], answers: t.answers[:0], tallies: t.tallies[:0],
	}
	return history
}

// AllTallies are those of every question that was ever answered in an inspection,
// or stands at more than zero.
func (f *Fold) AllTallies() iter.Seq2[TallyRow, error] {
	return func(yield func(TallyRow, error) bool) {
		for _, n := range f.inspections {
			for slot := range n.cells {
				answered := slices.ContainsFunc(n.cells[slot], func(c cell) bool { return c.position != 0 })
				if (answered || n.tally(slot) != (Tally{})) && !yield(f.tallyRow(n, slot), nil) {
					return
				}
			}
		}
	}
}
