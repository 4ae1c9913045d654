package rows

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

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
	pool *pgxpool.Pool

	mu     sync.Mutex
	parsed map[string]*framework.Framework // by source
}

// NewReader reads with the reader's rights.
func NewReader(pool *pgxpool.Pool) *Reader {
	return &Reader{pool: pool, parsed: map[string]*framework.Framework{}}
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
	// only Above and Relevant are known.
	Tallies map[events.QuestionID]scores.Tally
}

// Tallies reads one inspection at a position, or at the newest one ([Latest]).
func (r *Reader) Tallies(
	ctx context.Context, p events.Programme, i events.InspectionID, at events.Position,
) (Snapshot, error) {
	var s Snapshot
	err := r.snapshot(ctx, p, i, func(tx pgx.Tx, g runner.Generation, head events.Position) error {
		s.Position, s.Tallies = head, map[events.QuestionID]scores.Tally{}
		if at != Latest && at < head {
			s.Position = at
		}
		if err := r.framework(ctx, tx, g, &s); err != nil {
			return err
		}
		tallies := each(ctx, tx, `SELECT inspection, question, above, relevant, unanswered, flagged
			FROM projections.score_tallies WHERE generation = $1 AND inspection = $2`, []any{g, string(i)}, scanTally)
		if s.Position < head {
			tallies = each(ctx, tx, `SELECT DISTINCT ON (question) inspection, question, above_after, relevant_after, 0, 0
				FROM projections.score_history
				WHERE generation = $1 AND inspection = $2 AND position <= $3 AND question <> ''
				ORDER BY question, position DESC, ordinal DESC`, []any{g, string(i), s.Position}, scanTally)
		}
		for t, err := range tallies {
			if err != nil {
				return err
			}
			s.Tallies[t.Question] = t.Tally
		}
		return nil
	})
	return s, err
}

// Where reads one inspection and counts only the cases for which the expression
// holds (CEL over case and answer, as in relevance rules). The error of a wrong
// expression is the framework's.
func (r *Reader) Where(
	ctx context.Context, p events.Programme, i events.InspectionID, expr string,
) (Snapshot, error) {
	var s Snapshot
	err := r.snapshot(ctx, p, i, func(tx pgx.Tx, g runner.Generation, head events.Position) error {
		s.Position = head
		if err := r.framework(ctx, tx, g, &s); err != nil {
			return err
		}
		if s.Framework == nil {
			return ErrNotFound
		}
		holds, err := s.Framework.Where(expr)
		if err != nil {
			return err
		}
		state, err := loadInspection(ctx, tx, g, i)
		if err != nil {
			return err
		}
		fold, err := scores.Restore(state)
		if err != nil {
			return err
		}
		s.Tallies, _ = fold.TalliesWhere(i, holds)
		return nil
	})
	return s, err
}

// History reads the movements of one inspection in order. The sequence reads from
// one snapshot and must be used within fn, which also gets the frameworks.
func (r *Reader) History(
	ctx context.Context, p events.Programme, i events.InspectionID,
	fn func(history iter.Seq2[scores.Movement, error], frameworks func(int) (*framework.Framework, error)) error,
) error {
	return r.snapshot(ctx, p, i, func(tx pgx.Tx, g runner.Generation, _ events.Position) error {
		byRevision, err := r.frameworks(ctx, tx, g)
		if err != nil {
			return err
		}
		history := each(ctx, tx, `SELECT inspection, position, case_id, question,
			above_before, relevant_before, above_after, relevant_after, framework
			FROM projections.score_history WHERE generation = $1 AND inspection = $2 ORDER BY position, ordinal`,
			[]any{g, string(i)}, func(r pgx.Rows, m *scores.Movement) error {
				return r.Scan(&m.Inspection, &m.Position, &m.Case, &m.Question,
					&m.Before.Above, &m.Before.Relevant, &m.After.Above, &m.After.Relevant, &m.Framework)
			})
		return fn(history, func(revision int) (*framework.Framework, error) {
			fw, ok := byRevision[revision]
			if !ok {
				return nil, fmt.Errorf("rows: framework revision %d is missing", revision)
			}
			return fw, nil
		})
	})
}

// snapshot runs fn in one repeatable-read transaction on the active generation.
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

// framework finds the one in force at the snapshot's position.
func (r *Reader) framework(ctx context.Context, tx pgx.Tx, g runner.Generation, s *Snapshot) error {
	var source string
	err := tx.QueryRow(ctx, `SELECT revision, source FROM projections.score_frameworks
		WHERE generation = $1 AND position <= $2 ORDER BY position DESC LIMIT 1`, g, s.Position).Scan(&s.Revision, &source)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("rows: framework: %w", err)
	}
	s.Framework, err = r.parse(s.Revision, source)
	return err
}

func (r *Reader) frameworks(ctx context.Context, tx pgx.Tx, g runner.Generation) (map[int]*framework.Framework, error) {
	all := map[int]*framework.Framework{}
	type row struct {
		revision int
		source   string
	}
	for f, err := range each(ctx, tx, `SELECT revision, source FROM projections.score_frameworks WHERE generation = $1`,
		[]any{g}, func(r pgx.Rows, f *row) error { return r.Scan(&f.revision, &f.source) }) {
		if err != nil {
			return nil, err
		}
		if all[f.revision], err = r.parse(f.revision, f.source); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// parse reads a framework once.
func (r *Reader) parse(revision int, source string) (*framework.Framework, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if fw, ok := r.parsed[source]; ok {
		return fw, nil
	}
	fw, err := framework.Parse(fmt.Sprintf("framework revision %d", revision), []byte(source))
	if err != nil {
		return nil, err
	}
	r.parsed[source] = fw
	return fw, nil
}
