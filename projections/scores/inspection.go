package scores

import (
	"slices"

	"github.com/aboveline/aboveline/events"
)

// inspection is what the fold knows of one inspection: what was answered, and how
// the framework in force reads it.
type inspection struct {
	id      events.InspectionID
	name    string
	closed  bool
	touched bool

	cases []caseFile
	at    map[events.CaseID]int // index in cases
	cells [][]cell              // by slot, then case
	reading
	moved []bool // by slot: the tally was touched since the last Take
}

type caseFile struct {
	id         events.CaseID
	attributes map[string]string // replaced, never changed in place
	revision   events.Revision
	position   events.Position
	touched    bool
}

// cell is the answer to one question of one case and the event that it came with;
// a withdrawn answer leaves the event and code 0.
type cell struct {
	position events.Position
	revision events.Revision
	code     uint16
	touched  bool
}

// reading is what one framework makes of the answers of an inspection. Answers
// belong to the inspection and a reading to the framework, so that another
// framework can read the same answers without touching the first reading.
type reading struct {
	holds   [][]bool // by slot, then case: the relevance rule holds
	tallies []Tally  // by slot
}

// view shows one case of an inspection to a rule, as framework.CaseFile. It hides
// answers that are no answers: those not on their scale, and those whose own
// rule is false. Rules are evaluated in the order of the framework, so those are
// known by the time another rule looks.
type view struct {
	f  *Fold
	b  *board
	n  *inspection
	r  *reading
	at int
}

// Attribute implements framework.CaseFile.
func (v *view) Attribute(name string) (string, bool) {
	value, given := v.n.cases[v.at].attributes[name]
	return value, given
}

// Answer implements framework.CaseFile.
func (v *view) Answer(q events.QuestionID) (events.Answer, bool) {
	slot, known := v.f.slots[q]
	if !known || !v.b.has(slot) {
		return "", false
	}
	code := v.n.code(slot, v.at)
	if c := v.b.class(slot, code); c == none || c == foreign || !v.r.holds[slot][v.at] {
		return "", false
	}
	return v.f.answers[code], true
}

// widen makes room for the slots numbered since.
func (n *inspection) widen(slots int) {
	for len(n.cells) < slots {
		n.cells = append(n.cells, make([]cell, len(n.cases)))
		n.moved = append(n.moved, false)
	}
}

// code is the answer to a question of a case. A question that was numbered since
// the cells were made has no answers.
func (n *inspection) code(slot, at int) uint16 {
	if slot >= len(n.cells) {
		return 0
	}
	return n.cells[slot][at].code
}

// addCase brings a case into the sample, without answers and unread.
func (n *inspection) addCase(c caseFile) int {
	at := len(n.cases)
	n.cases = append(n.cases, c)
	n.at[c.id] = at
	for slot := range n.cells {
		n.cells[slot] = append(n.cells[slot], cell{})
	}
	return at
}

// read makes b's reading of the whole inspection. Questions that before, a
// reading of the same answers, reads the same are taken from it.
func (f *Fold) read(n *inspection, b *board, before *reading, same []bool) reading {
	var r reading
	f.readInto(&r, n, b, before, same)
	return r
}

// readInto is read with room from an earlier reading that is needed no more; neither
// may be the reading of an inspection.
func (f *Fold) readInto(r *reading, n *inspection, b *board, before *reading, same []bool) {
	slots := len(b.questions)
	r.holds = slices.Grow(r.holds[:0], slots)[:slots]
	r.tallies = slices.Grow(r.tallies[:0], slots)[:slots]
	clear(r.holds)
	clear(r.tallies)
	v := &view{f: f, b: b, n: n, r: r}
	for _, slot := range b.order {
		if same[slot] {
			r.holds[slot], r.tallies[slot] = before.holds[slot], before.tallies[slot]
			continue
		}
		q := b.questions[slot]
		holds := make([]bool, len(n.cases))
		for v.at = range n.cases {
			holds[v.at] = b.fw.Relevant(q, v)
			r.tallies[slot] = r.tallies[slot].plus(b.tally(slot, n.code(slot, v.at), holds[v.at]))
		}
		r.holds[slot] = holds
	}
}

// tally is the tally of the question in slot, zero where none is kept.
func (r *reading) tally(slot int) Tally {
	if slot < len(r.tallies) {
		return r.tallies[slot]
	}
	return Tally{}
}
