package verify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/events/notary"
	"github.com/aboveline/aboveline/events/proof"
)

// window is how many events are read between two looks at tiles and checkpoints: a
// whole number of tiles.
const window = 16 * notary.Width

// errGap ends the reading of a log at a hole: nothing after it has its place.
var errGap = errors.New("gap")

// log is the check of one programme.
type log struct {
	v         *verifier
	tx        pgx.Tx
	programme events.Programme
	summary   Programme

	differences []Difference
	more        int
	diagnosed   int

	// What the events read so far make.
	frontier   proof.Frontier
	last       events.Position
	lastLeaf   [32]byte
	recordedAt time.Time
	control    events.Position
	inspected  map[events.InspectionID]events.Position // first event of each
	gap        bool

	values values
	leaf   []byte // buffer
	tree   tree
	marks  marks
}

func newLog(v *verifier, tx pgx.Tx, p events.Programme) *log {
	return &log{
		v: v, tx: tx, programme: p, summary: Programme{Programme: p},
		inspected: map[events.InspectionID]events.Position{},
	}
}

// differ notes a difference at one position or over a range of them.
func (l *log) differ(d Difference) {
	d.Programme = l.programme
	d.Through = max(d.Through, d.Position)
	if len(l.differences) >= maxFound {
		l.more++
		return
	}
	l.differences = append(l.differences, d)
}

// check does it all.
func (l *log) check(ctx context.Context) error {
	steps := []func(context.Context) error{l.begin, l.read, l.checkMarks, l.checkTiles, l.checkHead, l.checkClaims}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	l.v.progress(l.programme, "revisions")
	if err := l.checkRevisions(ctx); err != nil {
		return err
	}
	l.v.progress(l.programme, "ids")
	if err := l.checkIDs(ctx); err != nil {
		return err
	}
	l.summary.Events = uint64(l.last)
	l.summary.Root = l.frontier.Root()
	return nil
}

// begin looks at what is known before the first event.
func (l *log) begin(ctx context.Context) error {
	var below int64
	err := l.tx.QueryRow(ctx, `SELECT count(*) FROM ledger.events WHERE programme = $1 AND position < 1`,
		string(l.programme)).Scan(&below)
	if err != nil {
		return fmt.Errorf("look below position 1: %w", err)
	}
	if below > 0 {
		l.differ(Difference{
			Position: 1, Table: tableEvents, Column: "position", Expected: "1 for the first event", Found: "0 or less",
			Problem: fmt.Sprintf("%d events lie before the first position", below),
		})
	}
	return l.openMarks(ctx)
}

// read streams the events.
func (l *log) read(ctx context.Context) error {
	for {
		if err := errors.Join(l.loadTiles(ctx), l.loadMarks(ctx)); err != nil {
			return err
		}
		n, err := ledger.Scan(ctx, l.tx, l.programme, l.last, window, l.event)
		if errors.Is(err, errGap) {
			l.gap = true
			return nil
		}
		if err != nil {
			return err
		}
		if err := l.compareHigher(ctx); err != nil {
			return err
		}
		l.v.progress(l.programme, "events")
		if n < window {
			return nil
		}
	}
}

// event checks the next event.
func (l *log) event(r *events.Recorded) error {
	if want := l.last + 1; r.Position != want {
		l.differ(Difference{
			Position: want, Table: tableEvents, Column: "position",
			Expected: fmt.Sprint(want), Found: fmt.Sprint(r.Position),
			Problem: "the event is missing; nothing after it was compared with the tree",
		})
		return errGap
	}
	computed, buf := proof.AppendLeafHash(l.leaf, r)
	l.leaf = buf
	if computed != r.Leaf {
		l.differ(l.diagnose(r, computed))
	} else {
		l.values.add(r)
	}
	if r.RecordedAt.Before(l.recordedAt) {
		l.differ(Difference{
			Position: r.Position, Table: tableEvents, Column: "recorded_at",
			Expected: "not before " + l.recordedAt.Format(time.RFC3339Nano), Found: r.RecordedAt.Format(time.RFC3339Nano),
			Problem: "it was recorded before the event that precedes it",
		})
	}
	if r.Type.Control() {
		l.control = r.Position
	}
	if _, ok := l.inspected[r.Inspection]; r.Inspection != "" && !ok {
		l.inspected[r.Inspection] = r.Position
	}
	l.last, l.lastLeaf, l.recordedAt = r.Position, r.Leaf, r.RecordedAt
	// The tree is made of the leaves as stored: whether the columns fit their leaf and
	// whether the leaf fits the tree are two questions.
	if err := l.frontier.Append(r.Leaf); err != nil {
		return err
	}
	l.v.done++
	l.addLeaf(r.Leaf)
	l.passMarks()
	return nil
}
