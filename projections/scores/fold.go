package scores

import (
	"math"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
)

// Fold is the state of the scores of one programme.
type Fold struct {
	parse Parser // nil: framework.Parse
	board *board // nil before the first framework
	// frameworks are those that were in force, in order: the last is that of the
	// board. One that was restored comes again, with the same source.
	frameworks []FrameworkRow

	inspections []*inspection // in the order of their opening
	byID        map[events.InspectionID]*inspection

	// Every question and answer met so far has a number. Answer 0 is none.
	questions []events.QuestionID
	slots     map[events.QuestionID]int
	answers   []events.Answer
	codes     map[events.Answer]uint16

	touched touched
	view    view // scratch of Apply
}

// New is a fold that has seen no event.
func New() *Fold {
	return &Fold{
		byID:    map[events.InspectionID]*inspection{},
		slots:   map[events.QuestionID]int{},
		answers: []events.Answer{""},
		codes:   map[events.Answer]uint16{"": 0},
	}
}

// Framework is the framework in force and its revision; nil and 0 before the
// first.
func (f *Fold) Framework() (fw *framework.Framework, revision int) {
	if f.board == nil {
		return nil, 0
	}
	return f.board.fw, f.board.revision
}

// Tallies are the tallies of every question of the framework in force, in one
// inspection; false when the inspection has not been opened or nothing has been
// published.
func (f *Fold) Tallies(id events.InspectionID) (map[events.QuestionID]Tally, bool) {
	n, opened := f.byID[id]
	if !opened || f.board == nil {
		return nil, false
	}
	tallies := make(map[events.QuestionID]Tally, len(f.board.order))
	for _, slot := range f.board.order {
		tallies[f.questions[slot]] = n.tallies[slot]
	}
	return tallies, true
}

// TalliesWhere are the tallies over those cases of one inspection for which where
// holds, as [Fold.Tallies] otherwise: a subset is scored by the rules of the
// whole (rule R8). The case file that where sees hides answers that are no
// answers to a relevance rule.
func (f *Fold) TalliesWhere(
	id events.InspectionID, where func(framework.CaseFile) bool,
) (map[events.QuestionID]Tally, bool) {
	n, opened := f.byID[id]
	if !opened || f.board == nil {
		return nil, false
	}
	sums := make([]Tally, len(f.board.questions))
	v := &view{f: f, b: f.board, n: n, r: &n.reading}
	for v.at = range n.cases {
		if !where(v) {
			continue
		}
		for _, slot := range f.board.order {
			one := f.board.tally(slot, n.cells[slot][v.at].code, n.holds[slot][v.at])
			sums[slot] = sums[slot].plus(one)
		}
	}
	tallies := make(map[events.QuestionID]Tally, len(f.board.order))
	for _, slot := range f.board.order {
		tallies[f.questions[slot]] = sums[slot]
	}
	return tallies, true
}

// slot is the number of a question, which it gets if it has none.
func (f *Fold) slot(q events.QuestionID) int {
	slot, known := f.slots[q]
	if !known {
		slot = len(f.questions)
		f.questions = append(f.questions, q)
		f.slots[q] = slot
	}
	return slot
}

// code is the number of an answer, which it gets if it has none.
func (f *Fold) code(a events.Answer) (uint16, error) {
	code, known := f.codes[a]
	if known {
		return code, nil
	}
	if len(f.answers) > math.MaxUint16 {
		return 0, ErrTooManyAnswers
	}
	code = uint16(len(f.answers))
	f.answers = append(f.answers, a)
	f.codes[a] = code
	return code, nil
}
