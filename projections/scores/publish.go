package scores

import (
	"fmt"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
)

// publish puts a framework in force: every inspection is read again from its
// current answers. Answers to questions that it lacks stay where they are and
// feed nothing, until a framework has the question again.
func (f *Fold) publish(r *events.Recorded, e events.FrameworkPublished) error {
	next, err := f.load(e.Source, e.Revision, r.Position)
	if err != nil {
		return err
	}
	same := next.alike(f.board)
	for _, n := range f.inspections {
		n.widen(len(f.questions))
		before := n.reading
		n.reading = f.read(n, next, &before, same)
		// The framework itself is a movement: it may move figures though no
		// tally moves, e.g. when a question goes to another criterion.
		f.touched.movement(Movement{Position: r.Position, Inspection: n.id, Framework: e.Revision})
		for slot := range n.cells {
			f.compare(r, n, slot, before.tally(slot), n.reading.tally(slot), e.Revision)
		}
	}
	f.board = next
	f.touched.frameworks = append(f.touched.frameworks, next.row())
	return nil
}

// compare notes what a framework did to one tally.
func (f *Fold) compare(r *events.Recorded, n *inspection, slot int, before, after Tally, revision int) {
	if before == after {
		return
	}
	f.touched.tally(n, slot)
	if b, a := before.Proportion(), after.Proportion(); b != a {
		f.touched.movement(Movement{
			Position: r.Position, Inspection: n.id, Question: f.questions[slot],
			Before: b, After: a, Framework: revision,
		})
	}
}

func (f *Fold) load(source string, revision int, position events.Position) (*board, error) {
	fw, err := framework.Parse(fmt.Sprintf("framework revision %d", revision), []byte(source))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadFramework, err)
	}
	return f.compile(fw, revision, position)
}
