package scores

import "github.com/aboveline/aboveline/events"

// Delta is what changed between two calls of [Fold.Take]: the rows as they are
// now, each at most once, and the history in full.
type Delta struct {
	// Frameworks are those published or restored, in order; the last is in force.
	Frameworks  []FrameworkRow
	Inspections []InspectionRow
	Cases       []CaseRow
	Answers     []AnswerRow
	// Tallies of questions that a framework dropped come as zero.
	Tallies []TallyRow
	// History is in the order of application.
	History []Movement
}

// FrameworkRow says that a revision of the framework came into force at a
// position: when it was published, and again whenever it was restored.
type FrameworkRow struct {
	Revision int
	Position events.Position
	Source   string
}

// InspectionRow is one inspection.
type InspectionRow struct {
	Inspection events.InspectionID
	Name       string
	Closed     bool
}

// CaseRow is one case: its attributes as they stand (the map is shared and never
// changes), and the last event of its stream.
type CaseRow struct {
	Inspection events.InspectionID
	Case       events.CaseID
	Attributes map[string]string
	Revision   events.Revision
	Position   events.Position
}

// AnswerRow is the current answer to one question of one case, "" once withdrawn,
// and the last event of its stream.
type AnswerRow struct {
	Inspection events.InspectionID
	Case       events.CaseID
	Question   events.QuestionID
	Answer     events.Answer
	Revision   events.Revision
	Position   events.Position
}

// TallyRow is the tally of one question in one inspection. A question without a
// row stands at zero.
type TallyRow struct {
	Inspection events.InspectionID
	Question   events.QuestionID
	Tally      Tally
}

// Movement is one entry of the history: the event at Position moved the
// proportion of a question in an inspection. Several may share a position: an
// answer can make other questions relevant, and a framework can move them all.
//
// Publishing or restoring a framework puts one movement without question and case into every
// inspection, before those of the questions that it moved. Framework is the
// revision in force after the event.
type Movement struct {
	Position      events.Position
	Inspection    events.InspectionID
	Case          events.CaseID // "" when a framework came into force
	Question      events.QuestionID
	Before, After Proportion
	Framework     int
}

// touched collects what [Fold.Take] will hand over.
type touched struct {
	frameworks  []FrameworkRow
	inspections []*inspection
	cases       []place
	answers     []place
	tallies     []place
	history     []Movement
}

// place is a row's place in the fold; slot or at is 0 where it has none.
type place struct {
	n        *inspection
	slot, at int
}

func (t *touched) inspection(n *inspection) {
	if !n.touched {
		n.touched = true
		t.inspections = append(t.inspections, n)
	}
}

func (t *touched) caseFile(n *inspection, at int) {
	if c := &n.cases[at]; !c.touched {
		c.touched = true
		t.cases = append(t.cases, place{n: n, at: at})
	}
}

func (t *touched) answer(n *inspection, slot, at int) {
	if c := &n.cells[slot][at]; !c.touched {
		c.touched = true
		t.answers = append(t.answers, place{n: n, slot: slot, at: at})
	}
}

func (t *touched) tally(n *inspection, slot int) {
	if !n.moved[slot] {
		n.moved[slot] = true
		t.tallies = append(t.tallies, place{n: n, slot: slot})
	}
}

func (t *touched) movement(m Movement) { t.history = append(t.history, m) }

// Take hands over what changed since the last call. The caller owns the slices.
func (f *Fold) Take() Delta {
	t := f.touched
	d := Delta{
		Frameworks:  t.frameworks,
		Inspections: make([]InspectionRow, 0, len(t.inspections)),
		Cases:       make([]CaseRow, 0, len(t.cases)),
		Answers:     make([]AnswerRow, 0, len(t.answers)),
		Tallies:     make([]TallyRow, 0, len(t.tallies)),
		History:     t.history,
	}
	for _, n := range t.inspections {
		n.touched = false
		d.Inspections = append(d.Inspections, n.row())
	}
	for _, p := range t.cases {
		p.n.cases[p.at].touched = false
		d.Cases = append(d.Cases, p.n.caseRow(p.at))
	}
	for _, p := range t.answers {
		p.n.cells[p.slot][p.at].touched = false
		d.Answers = append(d.Answers, f.answerRow(p.n, p.slot, p.at))
	}
	for _, p := range t.tallies {
		p.n.moved[p.slot] = false
		d.Tallies = append(d.Tallies, f.tallyRow(p.n, p.slot))
	}
	f.touched = touched{
		inspections: t.inspections[:0], cases: t.cases[:0], answers: t.answers[:0], tallies: t.tallies[:0],
	}
	return d
}

func (n *inspection) row() InspectionRow {
	return InspectionRow{Inspection: n.id, Name: n.name, Closed: n.closed}
}

func (n *inspection) caseRow(at int) CaseRow {
	c := &n.cases[at]
	return CaseRow{
		Inspection: n.id, Case: c.id, Attributes: c.attributes, Revision: c.revision, Position: c.position,
	}
}

func (f *Fold) answerRow(n *inspection, slot, at int) AnswerRow {
	c := &n.cells[slot][at]
	return AnswerRow{
		Inspection: n.id, Case: n.cases[at].id, Question: f.questions[slot], Answer: f.answers[c.code],
		Revision: c.revision, Position: c.position,
	}
}

func (f *Fold) tallyRow(n *inspection, slot int) TallyRow {
	return TallyRow{Inspection: n.id, Question: f.questions[slot], Tally: n.tally(slot)}
}
