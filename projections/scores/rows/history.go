package rows

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores"
)

// HistoryFunc uses the movements of one inspection, in the order of their positions
// and those of one position by question, and the frameworks by revision: the
// arguments of scores.Explain. The sequence reads from one snapshot and must not be
// used after the function has returned.
type HistoryFunc func(
	history iter.Seq2[scores.Movement, error], frameworks func(revision int) (*framework.Framework, error),
) error

// History reads all movements of one inspection.
func (r *Reader) History(ctx context.Context, p events.Programme, i events.InspectionID, fn HistoryFunc) error {
	return r.history(ctx, p, i, func(map[int]published) []string { return nil }, fn)
}

// FigureHistory reads those movements of one inspection that can move a figure,
// under whichever framework: enough for scores.Explain of this figure.
func (r *Reader) FigureHistory(
	ctx context.Context, p events.Programme, i events.InspectionID, figure scores.FigureID, fn HistoryFunc,
) error {
	return r.history(ctx, p, i, func(all map[int]published) []string { return feeding(figure, all) }, fn)
}

// feeding are the questions that feed a figure under any of the frameworks, and "",
// that of the movements of frameworks.
func feeding(figure scores.FigureID, all map[int]published) []string {
	questions := []string{""}
	for _, one := range all {
		fed, err := figure.Questions(one.framework)
		if err != nil {
			continue // this framework does not have the figure
		}
		for _, q := range fed {
			questions = append(questions, string(q))
		}
	}
	slices.Sort(questions)
	return slices.Compact(questions)
}

// history reads the movements of the questions that feeding names, or of all where
// it is nil.
func (r *Reader) history(
	ctx context.Context, p events.Programme, i events.InspectionID, feeding func(map[int]published) []string,
	fn HistoryFunc,
) error {
	return r.snapshot(ctx, p, i, func(tx pgx.Tx, g runner.Generation, _ events.Position) error {
		// Before the history, which keeps the connection busy.
		all, err := r.frameworks.all(ctx, tx, g)
		if err != nil {
			return err
		}
		sql, args := `SELECT inspection, position, case_id, question,
			above_before, relevant_before, above_after, relevant_after, framework
			FROM projections.score_history WHERE generation = $1 AND inspection = $2`, []any{g, string(i)}
		if questions := feeding(all); questions != nil {
			sql, args = sql+` AND question = ANY ($3)`, append(args, questions)
		}
		return fn(each(ctx, tx, sql+` ORDER BY position, question`, args, scanMovement),
			func(revision int) (*framework.Framework, error) {
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
