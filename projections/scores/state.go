package scores

import (
	"fmt"
	"iter"
	"slices"

	"github.com/aboveline/aboveline/events"
)

// State is a fold as rows, without the history. Each sequence is read once, in
// the order of the fields; an error in one ends the reading. A nil sequence is
// empty. The order within a sequence does not matter.
type State struct {
	// Parse reads the framework; nil for framework.Parse. It goes with the fold that
	// is restored and is no part of what [Fold.State] gives.
	Parse Parser
	// Frameworks are those that were in force, in the order of their positions; the
	// last is in force. The earlier ones are what a rollback goes back to: a fold
	// that is only read from needs the last alone.
	Frameworks  []FrameworkRow
	Inspections iter.Seq2[InspectionRow, error]
	Cases       iter.Seq2[CaseRow, error]
	Answers     iter.Seq2[AnswerRow, error]
	Tallies     iter.Seq2[TallyRow, error]
}

// State is f as rows. The sequences read f as they go: they must be used before
// the next Apply.
func (f *Fold) State() State {
	s := State{Frameworks: slices.Clone(f.frameworks)}
	s.Inspections = func(yield func(InspectionRow, error) bool) {
		for _, n := range f.inspections {
			if !yield(n.row(), nil) {
				return
			}
		}
	}
	s.Cases = func(yield func(CaseRow, error) bool) {
		for _, n := range f.inspections {
			for at := range n.cases {
				if !yield(n.caseRow(at), nil) {
					return
				}
			}
		}
	}
	s.Answers = f.answerRows
	s.Tallies = f.tallyRows
	return s
}

func (f *Fold) answerRows(yield func(AnswerRow, error) bool) {
	for _, n := range f.inspections {
		for slot := range n.cells {
			for at := range n.cells[slot] {
				if n.cells[slot][at].position != 0 && !yield(f.answerRow(n, slot, at), nil) {
					return
				}
			}
		}
	}
}

func (f *Fold) tallyRows(yield func(TallyRow, error) bool) {
	for _, n := range f.inspections {
		for slot := range n.cells {
			if n.tally(slot) != (Tally{}) && !yield(f.tallyRow(n, slot), nil) {
				return
			}
		}
	}
}

// Restore builds the fold that has the given rows. It behaves as the one they
// came from, apart from the order of rows in a [Delta]. Tallies are counted
// afresh from the answers and compared with those given: rows that do not add up
// give an error for which [IsBadState] holds, as does a framework that cannot be
// read. Errors of the sequences are returned as they are.
func Restore(s State) (*Fold, error) {
	f, err := Recount(s)
	if err != nil {
		return nil, err
	}
	if err := f.checkTallies(s); err != nil {
		return nil, err
	}
	return f, nil
}

// Recount is [Restore] for rows without tallies: they are counted from the answers,
// whatever s says they are.
func Recount(s State) (*Fold, error) {
	f := New()
	f.parse = s.Parse
	if err := f.restoreFrameworks(s.Frameworks); err != nil {
		return nil, err
	}
	for _, step := range []func(State) error{f.restoreInspections, f.restoreCases, f.restoreAnswers} {
		if err := step(s); err != nil {
			return nil, err
		}
	}
	for _, n := range f.inspections {
		n.widen(len(f.questions))
		if f.board != nil {
			n.reading = f.read(n, f.board, nil, make([]bool, len(f.board.questions)))
		}
	}
	return f, nil
}

// restoreFrameworks loads the framework in force. One that was restored shares the
// source of the row that published it.
func (f *Fold) restoreFrameworks(rows []FrameworkRow) error {
	if len(rows) == 0 {
		return nil
	}
	published := map[int]string{}
	for at, row := range rows {
		if at > 0 && row.Position <= rows[at-1].Position {
			return &StateError{Problem: fmt.Sprintf("framework revision %d of position %d comes after that of position %d",
				row.Revision, row.Position, rows[at-1].Position)}
		}
		source, known := published[row.Revision]
		if !known {
			published[row.Revision] = row.Source
		} else if source != row.Source {
			return &StateError{Problem: fmt.Sprintf("framework revision %d is stored with two sources", row.Revision)}
		} else {
			row.Source = source
		}
		f.frameworks = append(f.frameworks, row)
	}
	last := f.frameworks[len(f.frameworks)-1]
	b, err := f.load(last)
	if err != nil {
		return &StateError{Problem: fmt.Sprintf("framework revision %d", last.Revision), Err: err}
	}
	f.board = b
	return nil
}

func (f *Fold) restoreInspections(s State) error {
	for row, err := range rows(s.Inspections) {
		if err != nil {
			return err
		}
		if _, twice := f.byID[row.Inspection]; twice {
			return &StateError{Problem: fmt.Sprintf("inspection %q comes twice", row.Inspection)}
		}
		n := &inspection{id: row.Inspection, name: row.Name, closed: row.Closed, at: map[events.CaseID]int{}}
		f.byID[n.id] = n
		f.inspections = append(f.inspections, n)
	}
	return nil
}

func (f *Fold) restoreCases(s State) error {
	for row, err := range rows(s.Cases) {
		if err != nil {
			return err
		}
		n, err := f.inspection(row.Inspection)
		if err != nil {
			return &StateError{Problem: fmt.Sprintf("case %q", row.Case), Err: err}
		}
		if _, twice := n.at[row.Case]; twice {
			return &StateError{Problem: fmt.Sprintf("case %q of inspection %q comes twice", row.Case, row.Inspection)}
		}
		n.addCase(caseFile{
			id: row.Case, attributes: row.Attributes, revision: row.Revision, position: row.Position,
		})
	}
	return nil
}

func (f *Fold) restoreAnswers(s State) error {
	for row, err := range rows(s.Answers) {
		if err != nil {
			return err
		}
		n, at, err := f.locate(&events.Recorded{Inspection: row.Inspection, Case: row.Case})
		if err != nil {
			return &StateError{Problem: fmt.Sprintf("answer to question %q", row.Question), Err: err}
		}
		code, err := f.code(row.Answer)
		if err != nil {
			return &StateError{Problem: fmt.Sprintf("answer to question %q", row.Question), Err: err}
		}
		slot := f.slot(row.Question)
		n.widen(len(f.questions))
		n.cells[slot][at] = cell{code: code, revision: row.Revision, position: row.Position}
	}
	return nil
}

// checkTallies compares the tallies given with those counted.
func (f *Fold) checkTallies(s State) error {
	given := 0
	for row, err := range rows(s.Tallies) {
		if err != nil {
			return err
		}
		n, err := f.inspection(row.Inspection)
		if err != nil {
			return &StateError{Problem: fmt.Sprintf("tally of question %q", row.Question), Err: err}
		}
		var counted Tally
		if slot, known := f.slots[row.Question]; known {
			counted = n.tally(slot)
		}
		if counted != row.Tally {
			return &StateError{Problem: fmt.Sprintf("the tally of question %q in inspection %q is stored as %+v, "+
				"and the answers give %+v", row.Question, row.Inspection, row.Tally, counted)}
		}
		if counted != (Tally{}) {
			given++
		}
	}
	counted := 0
	f.tallyRows(func(TallyRow, error) bool {
		counted++
		return true
	})
	if given != counted {
		return &StateError{Problem: fmt.Sprintf("%d tallies are stored, and the answers give %d", given, counted)}
	}
	return nil
}

// rows is seq, or no rows where there is none.
func rows[T any](seq iter.Seq2[T, error]) iter.Seq2[T, error] {
	if seq == nil {
		return func(func(T, error) bool) {}
	}
	return seq
}
