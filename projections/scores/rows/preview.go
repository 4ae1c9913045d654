package rows

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores"
)

// maxFollow is how many events a workbench reads on from the ledger; where it is
// further behind, loading the rows anew is quicker.
const maxFollow = 200_000

// Workbench holds the scores of a whole programme in memory, for previews: its
// current answers take about 16 bytes each. It is for one goroutine at a time and
// holds no connection between calls.
type Workbench struct {
	reader    *Reader
	ledger    *ledger.Ledger
	programme events.Programme

	fold       *scores.Fold // nil until it was loaded
	generation runner.Generation
	position   events.Position
	parked     map[events.Stream]bool
}

// Workbench is a workbench of a programme that reads on from the ledger. It loads
// nothing before it is synced.
func (r *Reader) Workbench(l *ledger.Ledger, p events.Programme) *Workbench {
	return &Workbench{reader: r, ledger: l, programme: p}
}

// Position is how far the workbench has read.
func (w *Workbench) Position() events.Position { return w.position }

// Fold is what the workbench holds, nil before the first Sync. It must not be
// changed, and is good until the next Sync.
func (w *Workbench) Fold() *scores.Fold { return w.fold }

// Preview says what a framework would change, as of [Workbench.Position]; see
// [scores.Fold.Preview].
func (w *Workbench) Preview(fw *framework.Framework, cases int) (scores.Preview, error) {
	return w.fold.Preview(fw, cases)
}

// Parked is how many streams the scores hold back because an event in them could
// not be applied.
func (w *Workbench) Parked() int { return len(w.parked) }

// Sync brings the workbench to where the active generation of the scores stands: by
// loading its rows at first, and by reading on from the ledger later. What the
// generation has parked, it parks as well. After an error it loads anew.
func (w *Workbench) Sync(ctx context.Context) error {
	g, head, err := w.reader.active(ctx, w.reader.pool, w.programme)
	if err != nil {
		return err
	}
	if w.fold == nil || g != w.generation || head < w.position || head-w.position > maxFollow {
		return w.load(ctx)
	}
	if err := w.follow(ctx, head); err != nil {
		w.fold = nil
		return err
	}
	return nil
}

// load restores the fold from the rows of the active generation.
func (w *Workbench) load(ctx context.Context) error {
	w.fold = nil
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return pgx.BeginTxFunc(ctx, w.reader.pool, options, func(tx pgx.Tx) error {
		var err error
		if w.generation, w.position, err = w.reader.active(ctx, tx, w.programme); err != nil {
			return err
		}
		w.parked = map[events.Stream]bool{}
		for s, err := range each(ctx, tx, `SELECT DISTINCT stream FROM projections.parked WHERE generation = $1`,
			[]any{w.generation}, func(r pgx.Rows, s *string) error { return r.Scan(s) }) {
			if err != nil {
				return err
			}
			w.parked[events.Stream(s)] = true
		}
		s, err := load(ctx, tx, w.generation)
		if err != nil {
			return err
		}
		s.Parse = w.reader.Parse
		s.Answers = answers(ctx, tx, w.generation)
		w.fold, err = scores.Restore(s)
		return err
	})
}

// follow applies the events up to a position.
func (w *Workbench) follow(ctx context.Context, to events.Position) error {
	if to == w.position {
		return nil
	}
	for r, err := range w.ledger.Read(ctx, w.programme, w.position, int(to-w.position)) {
		if err != nil {
			return err
		}
		if err := w.take(&r); err != nil {
			return err
		}
		w.position = r.Position
	}
	w.fold.Take() // nobody writes rows from here
	if w.position != to {
		return fmt.Errorf("rows: the ledger of %q ends at position %d, before the scores at %d", w.programme, w.position, to)
	}
	return nil
}

// take applies one event, or parks its stream as the runner does.
func (w *Workbench) take(r *events.Recorded) error {
	if w.parked[r.Stream] {
		return nil
	}
	e, err := codec.Decode(r.Kind(), r.Data)
	if err == nil {
		err = w.fold.Apply(r, e)
	}
	if err != nil && !r.Type.Control() && r.Inspection != "" {
		w.parked[r.Stream] = true
		return nil
	}
	return err
}

// querier is a pool or a transaction.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// active is the active generation of the scores and how far it has read.
func (r *Reader) active(
	ctx context.Context, q querier, p events.Programme,
) (g runner.Generation, at events.Position, err error) {
	err = q.QueryRow(ctx, `SELECT a.generation, c.position
		FROM projections.active a JOIN projections.checkpoints c USING (generation)
		WHERE a.projection = $1 AND a.programme = $2`, Name, string(p)).Scan(&g, &at)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return 0, 0, ErrNotFound
	case err != nil:
		return 0, 0, fmt.Errorf("rows: active generation: %w", err)
	}
	return g, at, nil
}

// Position is how far the active generation of a programme's scores has read.
// [ErrNotFound] says that there is none yet.
func (r *Reader) Position(ctx context.Context, p events.Programme) (events.Position, error) {
	_, at, err := r.active(ctx, r.pool, p)
	return at, err
}
