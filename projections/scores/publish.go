package scores

import (
	"fmt"
	"slices"

	"github.com/aboveline/aboveline/events"
)

// publish puts a new framework in force.
func (f *Fold) publish(r *events.Recorded, e events.FrameworkPublished) error {
	return f.adopt(r, e.Revision, e.Source)
}

// restore puts a framework that was published before in force again.
func (f *Fold) restore(r *events.Recorded, e events.FrameworkRestored) error {
	at := slices.IndexFunc(f.frameworks, func(row FrameworkRow) bool { return row.Revision == e.Revision })
	if at < 0 {
		return fmt.Errorf("framework revision %d: %w", e.Revision, ErrUnknownRevision)
	}
	return f.adopt(r, e.Revision, f.frameworks[at].Source)
}

// adopt puts a framework in force: every inspection is read again from its
// current answers. Answers to questions that it lacks stay where they are and
// feed nothing, until a framework has the question again.
func (f *Fold) adopt(r *events.Recorded, revision int, source string) error {
	row := FrameworkRow{Revision: revision, Position: r.Position, Source: source}
	next, err := f.load(row)
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
		f.touched.movement(Movement{Position: r.Position, Inspection: n.id, Framework: revision})
		for slot := range n.cells {
			f.compare(r, n, slot, before.tally(slot), n.reading.tally(slot), revision)
		}
	}
	f.board = next
	f.frameworks = append(f.frameworks, row)
	f.touched.frameworks = append(f.touched.frameworks, row)
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

func (f *Fold) load(row FrameworkRow) (*board, error) {
	fw, err := f.readFramework(fmt.Sprintf("framework revision %d", row.Revision), []byte(row.Source))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadFramework, err)
	}
	return f.compile(fw, row.Revision)
}
