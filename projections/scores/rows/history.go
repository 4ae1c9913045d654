package rows

import (
	"context"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores"
)

// History reads the movements of one inspection in the order of their positions,
// those of one position by question. The sequence reads from one snapshot and must
// be used within fn, which also gets the frameworks by revision.
func (r *Reader) History(
	ctx context.Context, p events.Programme, i events.InspectionID,
	fn func(history iter.Seq2[scores.Movement, error], frameworks func(int) (*framework.Framework, error)) error,
) error {
	return r.snapshot(ctx, p, i, func(tx pgx.Tx, g runner.Generation, _ events.Position) error {
		// Before the history, which keeps the connection busy.
		all, err := r.frameworks.all(ctx, tx, g)
		if err != nil {
			return err
		}
		history := each(ctx, tx, `SELECT inspection, position, case_id, question,
			above_before, relevant_before, above_after, relevant_after, framework
			FROM projections.score_history WHERE generation = $1 AND inspection = $2 ORDER BY position, question`,
			[]any{g, string(i)}, scanMovement)
		return fn(history, func(revision int) (*framework.Framework, error) {
			f, ok := all[revision]
			if !ok {
				return nil, fmt.Errorf("rows: framework revision %d is missing", revision)
			}
			return f.framework, nil
		})
	})
}

func scanMovement(r pgx.Rows, m *scores.Movement) error {
	return r.Scan(&m.Inspection, &m.Position, &m.Case, &m.Question,
		&m.Before.Above, &m.Before.Relevant, &m.After.Above, &m.After.Relevant, &m.Framework)
}
