package scores

import (
	"maps"
	"math/big"
	"slices"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
)

// Preview is what a framework would do to the figures of a programme. Inspections
// come in the order of their opening.
type Preview struct {
	// Figures are those whose exact value would differ, also where the whole percent
	// would not, in the order of the new framework, then those that it lacks.
	Figures []FigureMove
	// Questions are those whose tally would differ.
	Questions []QuestionMove
	// Cases are those behind the questions, cut at the limit; CasesMoved counts all.
	Cases      []CaseMove
	CasesMoved int
}

// FigureMove is what would become of one figure of one inspection. Before or After
// is nil where the figure has no value, or its framework lacks it.
type FigureMove struct {
	Inspection    events.InspectionID
	Figure        FigureID
	Title         string
	Scored        bool
	Before, After *big.Rat
	// BandBefore and BandAfter are the rating bands, each by its own framework, ""
	// where it names none. Questions and information have no rating.
	BandBefore, BandAfter string
	// Questions are those behind the difference: they come in, go out, go to another
	// criterion or have another proportion. In the order of the new framework, then
	// those that go out.
	Questions []events.QuestionID
}

// QuestionMove is what would become of one question's tally in one inspection. A
// framework that lacks the question counts nothing.
type QuestionMove struct {
	Inspection    events.InspectionID
	Question      events.QuestionID
	Before, After Tally
	// Cases is how many cases are behind it, see [CaseMove].
	Cases int
}

// CaseMove is one case that would stand otherwise in a question: one that counts,
// or is flagged, before or after.
type CaseMove struct {
	Inspection    events.InspectionID
	Case          events.CaseID
	Question      events.QuestionID
	Before, After Standing
}

// Preview says what would change if fw came into force now, in the place of the
// framework in force. It lists at most the given number of cases. It reads f and
// changes nothing: any number of previews may run at once while nobody applies
// events.
//
// The figures it gives are those that publishing fw would give, by the same code.
// It reads again only the questions that fw reads differently, and makes again
// only the figures that they are in, or that are made otherwise.
//
// The error is [ErrNoFramework] before the first framework, one for which
// framework.IsProblems holds where recorded answers would be left without a
// reading (see framework.Unread), or [ErrTooManyAnswers].
func (f *Fold) Preview(fw *framework.Framework, cases int) (Preview, error) {
	if f.board == nil {
		return Preview{}, ErrNoFramework
	}
	if unread := fw.Unread(f.board.fw, f.lost(fw)); unread != nil {
		return Preview{}, unread
	}
	draft := f.draft()
	next, err := draft.compile(fw, f.board.revision+1)
	if err != nil {
		return Preview{}, err
	}
	c := comparison{
		f: draft, from: f.board, to: next, same: next.alike(f.board), limit: cases,
	}
	c.run()
	return c.out, nil
}

// draft is a fold over the same inspections that can number questions and answers
// of its own. It must not apply events.
func (f *Fold) draft() *Fold {
	return &Fold{
		inspections: f.inspections, byID: f.byID,
		questions: slices.Clip(f.questions), slots: maps.Clone(f.slots),
		answers: slices.Clip(f.answers), codes: maps.Clone(f.codes),
	}
}

// lost counts the answers given that fw would leave without a reading.
func (f *Fold) lost(fw *framework.Framework) framework.Given {
	given := framework.Given{}
	codes := make([]bool, len(f.answers))
	for slot, q := range f.questions {
		some := false
		for code, a := range f.answers[1:] {
			codes[code+1] = fw.Loses(f.board.fw, q, a)
			some = some || codes[code+1]
		}
		if !some {
			continue
		}
		for _, n := range f.inspections {
			for at := range n.cells[slot] {
				if code := n.cells[slot][at].code; codes[code] {
					given.Add(q, f.answers[code])
				}
			}
		}
	}
	return given
}
