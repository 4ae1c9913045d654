package scores

import (
	"fmt"
	"maps"

	"github.com/aboveline/aboveline/events"
)

// Apply takes the next event of the programme: r says where and about what, e is
// its decoded data. On an error, for which [IsInapplicable] holds, nothing has
// changed.
//
// A judgement is accepted for a case that has been described and a question of
// the framework in force; a withdrawal also for an answer that was given under an
// earlier one. Whether the answer was allowed was decided when it was recorded:
// one that is on no scale is kept, flagged and counted as unanswered.
func (f *Fold) Apply(r *events.Recorded, e events.Event) error {
	var err error
	switch e := e.(type) {
	case events.JudgementRecorded:
		err = f.judge(r, e.Question, e.Answer)
	case events.JudgementRevised:
		err = f.judge(r, e.Question, e.Answer)
	case events.JudgementWithdrawn:
		err = f.withdraw(r, e.Question)
	case events.CaseDescribed:
		err = f.describe(r, e.Attributes)
	case events.FrameworkPublished:
		err = f.publish(r, e)
	case events.FrameworkRestored:
		err = f.restore(r, e)
	case events.InspectionOpened:
		f.open(r.Inspection, e.Name)
	case events.InspectionClosed:
		err = f.close(r.Inspection)
	case events.ProgrammeOpened, events.TeamMemberAdded, events.TeamMemberRemoved,
		events.InterviewRecorded, events.InterviewRevised, events.ResponseRecorded, events.ResponseRevised,
		events.VictimContactRecorded, events.VictimContactRevised, events.FactorAssessed, events.FactorRevised:
		// These move no score (rule R10).
	default:
		err = fmt.Errorf("%T: %w", e, ErrUnknownEvent)
	}
	if err != nil {
		return &ApplyError{ID: r.ID, Position: r.Position, Type: r.Type, Err: err}
	}
	return nil
}

func (f *Fold) open(id events.InspectionID, name string) {
	n, opened := f.byID[id]
	if !opened {
		n = f.newInspection(id)
	}
	n.name, n.closed = name, false
	f.touched.inspection(n)
}

func (f *Fold) newInspection(id events.InspectionID) *inspection {
	n := &inspection{id: id, at: map[events.CaseID]int{}}
	f.byID[id] = n
	f.inspections = append(f.inspections, n)
	n.widen(len(f.questions))
	if f.board != nil {
		n.reading = f.read(n, f.board, nil, make([]bool, len(f.board.questions)))
	}
	return n
}

func (f *Fold) close(id events.InspectionID) error {
	n, err := f.inspection(id)
	if err != nil {
		return err
	}
	n.closed = true
	f.touched.inspection(n)
	return nil
}

// judge gives an answer to a question of a case.
func (f *Fold) judge(r *events.Recorded, q events.QuestionID, a events.Answer) error {
	if f.board == nil {
		return ErrNoFramework
	}
	n, at, err := f.locate(r)
	if err != nil {
		return err
	}
	slot, known := f.slots[q]
	if !known || !f.board.has(slot) {
		return fmt.Errorf("question %q, framework revision %d: %w", q, f.board.revision, ErrUnknownQuestion)
	}
	code, err := f.code(a)
	if err != nil {
		return err
	}
	f.answer(r, n, slot, at, code)
	return nil
}

// withdraw takes the answer to a question of a case back.
func (f *Fold) withdraw(r *events.Recorded, q events.QuestionID) error {
	if f.board == nil {
		return ErrNoFramework
	}
	n, at, err := f.locate(r)
	if err != nil {
		return err
	}
	slot, known := f.slots[q]
	if !known || !f.board.has(slot) && n.cells[slot][at].position == 0 {
		return fmt.Errorf("question %q, framework revision %d: %w", q, f.board.revision, ErrUnknownQuestion)
	}
	f.answer(r, n, slot, at, 0)
	return nil
}

// answer puts a code into a cell and moves the tallies that depend on it: the
// question's own, then those whose rules look at it.
func (f *Fold) answer(r *events.Recorded, n *inspection, slot, at int, code uint16) {
	c := &n.cells[slot][at]
	old := c.code
	c.code, c.revision, c.position = code, r.Revision, r.Position
	f.touched.answer(n, slot, at)
	b := f.board
	if old == code || !b.has(slot) {
		return
	}
	holds := n.holds[slot][at]
	f.move(r, n, slot, b.tally(slot, old, holds), b.tally(slot, code, holds))
	f.reconsider(r, n, at, b.dependents[slot])
}

// describe brings a case in or corrects its attributes.
func (f *Fold) describe(r *events.Recorded, attributes map[string]*string) error {
	n, err := f.inspection(r.Inspection)
	if err != nil {
		return err
	}
	at, known := n.at[r.Case]
	if !known {
		at = n.addCase(caseFile{id: r.Case})
	}
	c := &n.cases[at]
	merged, changed := merge(c.attributes, attributes)
	c.attributes, c.revision, c.position = merged, r.Revision, r.Position
	f.touched.caseFile(n, at)
	if f.board == nil {
		return nil
	}
	if known {
		f.reconsider(r, n, at, f.board.concerned(changed))
		return nil
	}
	for _, slot := range f.board.order {
		n.holds[slot] = append(n.holds[slot], false)
	}
	f.reconsider(r, n, at, f.board.order)
	return nil
}

// merge is old with the attributes named in change set or, where null, removed,
// and the names of those that differ now.
func merge(old map[string]string, change map[string]*string) (merged map[string]string, changed []string) {
	merged = make(map[string]string, len(old)+len(change))
	maps.Copy(merged, old)
	for name, value := range change {
		before, had := old[name]
		switch {
		case value == nil && had:
			delete(merged, name)
			changed = append(changed, name)
		case value != nil && (!had || before != *value):
			merged[name] = *value
			changed = append(changed, name)
		}
	}
	return merged, changed
}

// reconsider evaluates the rules in slots again for one case, in that order.
func (f *Fold) reconsider(r *events.Recorded, n *inspection, at int, slots []int) {
	if len(slots) == 0 {
		return
	}
	b := f.board
	f.view = view{f: f, b: b, n: n, r: &n.reading, at: at}
	for _, slot := range slots {
		before := n.holds[slot][at]
		holds := b.fw.Relevant(b.questions[slot], &f.view)
		if holds == before {
			continue
		}
		n.holds[slot][at] = holds
		code := n.cells[slot][at].code
		f.move(r, n, slot, b.tally(slot, code, before), b.tally(slot, code, holds))
	}
}

// move replaces what one case adds to the tally of a question.
func (f *Fold) move(r *events.Recorded, n *inspection, slot int, from, to Tally) {
	if from == to {
		return
	}
	before := n.tallies[slot]
	after := before.minus(from).plus(to)
	n.tallies[slot] = after
	f.touched.tally(n, slot)
	if b, a := before.Proportion(), after.Proportion(); b != a {
		f.touched.movement(Movement{
			Position: r.Position, Inspection: n.id, Case: r.Case, Question: f.questions[slot],
			Before: b, After: a, Framework: f.board.revision,
		})
	}
}

func (f *Fold) inspection(id events.InspectionID) (*inspection, error) {
	n, opened := f.byID[id]
	if !opened {
		return nil, fmt.Errorf("inspection %q: %w", id, ErrUnknownInspection)
	}
	return n, nil
}

func (f *Fold) locate(r *events.Recorded) (n *inspection, at int, err error) {
	n, err = f.inspection(r.Inspection)
	if err != nil {
		return nil, 0, err
	}
	at, described := n.at[r.Case]
	if !described {
		return nil, 0, fmt.Errorf("case %q of inspection %q: %w", r.Case, r.Inspection, ErrUnknownCase)
	}
	return n, at, nil
}
