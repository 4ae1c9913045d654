package rows

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores"
)

// ErrNotFound is returned for an inspection that the scores do not hold: it was
// not opened, or not yet read from the ledger.
var ErrNotFound = errors.New("rows: no such inspection in the scores")

// Latest asks for the newest position.
const Latest events.Position = 0

// Reader answers queries from the active generation. It is safe for concurrent
// use.
type Reader struct {
	pool       *pgxpool.Pool
	frameworks *frameworks
}

// NewReader reads with the reader's rights.
func NewReader(pool *pgxpool.Pool) *Reader {
	return &Reader{pool: pool, frameworks: newFrameworks()}
}

// Snapshot is the state of one inspection at one position.
type Snapshot struct {
	// Position is how far the scores had read, or the position asked for.
	Position events.Position
	// Framework is the one in force there, Revision its number; nil and 0 before the
	// first.
	Framework *framework.Framework
	Revision  int
	// Tallies of questions without a row stand at zero. As of an earlier position
	// only Above and Relevant are known, and before the inspection was opened
	// nothing stands at more than zero.
	Tallies map[events.QuestionID]scores.Tally
	// Whole says that Unanswered and Flagged of the tallies are known too.
	Whole bool
	// Parked is what the scores could not apply up to the position.
	Parked []runner.Parked
}

// Tallies reads one inspection at a position, or at the newest one ([Latest]). A
// position that the scores have not reached gives the newest one.
func (r *Reader) Tallies(
	ctx context.Context, p events.Programme, i events.InspectionID, at events.Position,
) (Snapshot, error) {
	var s Snapshot
	err := r.snapshot(ctx, p, i, func(tx pgx.Tx, g runner.Generation, head events.Position) error {
		s.Position, s.Tallies = head, map[events.QuestionID]scores.Tally{}
		if at != Latest && at < head {
			s.Position = at
		}
		f, err := r.frameworks.at(ctx, tx, g, s.Position)
		if err != nil {
			return err
		}
		s.Framework, s.Revision = f.framework, f.revision
		tallies := latestTallies(ctx, tx, g, i)
		s.Whole = s.Position == head
		if !s.Whole {
			tallies = talliesAt(ctx, tx, g, i, s.Position)
		}
		for t, err := range tallies {
			if err != nil {
				return err
			}
			s.Tallies[t.Question] = t.Tally
		}
		s.Parked, err = parkedUntil(ctx, tx, g, i, s.Position)
		return err
	})
	return s, err
}

// Fold restores the newest state of one inspection: to count some of its cases, or
// to read it under another framework. Only the framework in force is in it. The
// position is how far the scores had read.
func (r *Reader) Fold(
	ctx context.Context, p events.Programme, i events.InspectionID,
) (fold *scores.Fold, at events.Position, err error) {
	err = r.snapshot(ctx, p, i, func(tx pgx.Tx, g runner.Generation, head events.Position) error {
		state, err := loadInspection(ctx, tx, g, i)
		if err != nil {
			return err
		}
		state.Parse, at = r.Parse, head
		fold, err = scores.Restore(state)
		return err
	})
	return fold, at, err
}

// snapshot runs fn in one repeatable-read transaction on the active generation,
// whose checkpoint is at head.
func (r *Reader) snapshot(
	ctx context.Context, p events.Programme, i events.InspectionID,
	fn func(tx pgx.Tx, g runner.Generation, head events.Position) error,
) error {
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return pgx.BeginTxFunc(ctx, r.pool, options, func(tx pgx.Tx) error {
		var (
			g     runner.Generation
			head  events.Position
			known bool
		)
		err := tx.QueryRow(ctx, `SELECT a.generation, c.position, EXISTS (
				SELECT 1 FROM projections.score_inspections s WHERE s.generation = a.generation AND s.inspection = $3)
			FROM projections.active a JOIN projections.checkpoints c USING (generation)
			WHERE a.projection = $1 AND a.programme = $2`, Name, string(p), string(i)).Scan(&g, &head, &known)
		switch {
		case errors.Is(err, pgx.ErrNoRows) || (err == nil && !known):
			return ErrNotFound
		case err != nil:
			return fmt.Errorf("rows: active generation: %w", err)
		}
		return fn(tx, g, head)
	})
}
