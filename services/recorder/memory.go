package recorder

import (
	"context"
	"fmt"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/ledger"
)

const (
	// maxFiles bounds the files that a lane keeps between transactions. A file
	// of a case with all its answers takes about 60 KiB.
	maxFiles = 2048
	// maxCatchUp is the number of foreign events that a lane reads one by one;
	// beyond it, dropping the files and loading them on demand is cheaper.
	maxCatchUp = 5000
)

// memory is a lane's picture of its programme at one position. It is a cache:
// every part of it can be dropped and read again from the ledger.
type memory struct {
	position events.Position
	seen     events.Position // the last control event taken in
	control  *control
	files    map[events.Stream]*file
}

func newMemory() *memory {
	return &memory{control: newControl(), files: map[events.Stream]*file{}}
}

// forget drops everything; the next sync starts from nothing. It is called after
// a transaction that did not commit.
func (m *memory) forget() { *m = *newMemory() }

// sync brings the picture up to the locked head.
func (m *memory) sync(ctx context.Context, tx *ledger.Tx) error {
	head := tx.Head()
	if m.position == head.Position {
		return nil
	}
	if m.position > head.Position {
		return fmt.Errorf("recorder: the ledger ends at position %d but %d was recorded: it was rewound",
			head.Position, m.position)
	}
	if m.position == 0 || head.Position-m.position > maxCatchUp {
		m.files = map[events.Stream]*file{}
		for r, err := range tx.ReadControl(ctx, m.seen) {
			if err != nil {
				return err
			}
			if err := m.take(&r); err != nil {
				return err
			}
		}
	} else {
		for r, err := range tx.ReadAfter(ctx, m.position) {
			if err != nil {
				return err
			}
			if err := m.take(&r); err != nil {
				return err
			}
		}
	}
	m.position = head.Position
	return nil
}

// take applies one recorded event to the part of the picture that it touches.
func (m *memory) take(r *events.Recorded) error {
	if r.Type.Control() {
		l, err := latestOf(r)
		if err != nil {
			return err
		}
		m.seen = r.Position
		return m.control.apply(l, r.Inspection)
	}
	f, ok := m.files[prefixOf(r)]
	if !ok {
		return nil
	}
	l, err := latestOf(r)
	if err != nil {
		return err
	}
	f.apply(l)
	return nil
}

// load reads the files that are not in memory yet, in one range scan each.
func (m *memory) load(ctx context.Context, tx *ledger.Tx, prefixes []events.Stream) error {
	var missing []events.Stream
	for _, p := range prefixes {
		if _, ok := m.files[p]; !ok {
			m.files[p] = newFile(p)
			missing = append(missing, p)
		}
	}
	if len(missing) == 0 || tx.Head().Position == 0 {
		return nil
	}
	for r, err := range tx.ReadStreams(ctx, missing) {
		if err != nil {
			return err
		}
		f, ok := m.files[prefixOf(&r)]
		if !ok || !f.holds(r.Stream) {
			continue
		}
		l, err := latestOf(&r)
		if err != nil {
			return err
		}
		f.apply(l)
	}
	return nil
}

// trim keeps the memory bounded between transactions.
func (m *memory) trim() {
	if len(m.files) > maxFiles {
		m.files = map[events.Stream]*file{}
	}
}

// prefixOf names the file that an event belongs to.
func prefixOf(r *events.Recorded) events.Stream {
	if r.Case != "" {
		return events.CaseFile(r.Inspection, r.Case)
	}
	return r.Stream
}

func latestOf(r *events.Recorded) (*latest, error) {
	e, err := codec.Decode(r.Kind(), r.Data)
	if err != nil {
		return nil, fmt.Errorf("recorder: event at position %d: %w", r.Position, err)
	}
	return &latest{
		ID: r.ID, Stream: r.Stream, Revision: r.Revision, Position: r.Position, Actor: r.Actor,
		OccurredAt: r.OccurredAt, RecordedAt: r.RecordedAt, Event: e,
	}, nil
}
