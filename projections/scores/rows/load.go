package rows

import (
	"context"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores"
)

// load reads the state of a generation; the sequences query as they are read.
func load(ctx context.Context, tx pgx.Tx, g runner.Generation) (scores.State, error) {
	s := state(ctx, tx, "", g)
	var err error
	s.Frameworks, err = frameworkRows(ctx, tx, `SELECT revision, position, source FROM projections.score_frameworks
		WHERE generation = $1 ORDER BY position`, g)
	return s, err
}

// loadInspection reads the state of one inspection of a generation, with the
// framework in force and no earlier one.
func loadInspection(
	ctx context.Context, tx pgx.Tx, g runner.Generation, i events.InspectionID,
) (scores.State, error) {
	s := state(ctx, tx, " AND inspection = $2", g, string(i))
	var err error
	s.Frameworks, err = frameworkRows(ctx, tx, `SELECT revision, position, source FROM projections.score_frameworks
		WHERE generation = $1 ORDER BY position DESC LIMIT 1`, g)
	return s, err
}

func frameworkRows(ctx context.Context, tx pgx.Tx, sql string, args ...any) ([]scores.FrameworkRow, error) {
	var rows []scores.FrameworkRow
	for f, err := range each(ctx, tx, sql, args, func(r pgx.Rows, f *scores.FrameworkRow) error {
		return r.Scan(&f.Revision, &f.Position, &f.Source)
	}) {
		if err != nil {
			return nil, err
		}
		rows = append(rows, f)
	}
	return rows, nil
}

// state reads the rows, other than frameworks, for which the condition on the given
// arguments holds, all of the generation args[0].
func state(ctx context.Context, tx pgx.Tx, and string, args ...any) scores.State {
	where := ` WHERE generation = $1` + and
	return stateRows(ctx, tx, [4]string{where, where, where, where}, args)
}

// stateRows reads inspections, cases, answers and tallies, each with what follows
// the table in its query.
func stateRows(ctx context.Context, tx pgx.Tx, where [4]string, args []any) scores.State {
	var s scores.State
	s.Inspections = each(ctx, tx, `SELECT inspection, name, closed FROM projections.score_inspections`+where[0], args,
		func(r pgx.Rows, i *scores.InspectionRow) error {
			return r.Scan(&i.Inspection, &i.Name, &i.Closed)
		})
	s.Cases = each(ctx, tx, `SELECT inspection, case_id, attributes, revision, position
		FROM projections.score_cases`+where[1], args, func(r pgx.Rows, c *scores.CaseRow) error {
		return r.Scan(&c.Inspection, &c.Case, &c.Attributes, &c.Revision, &c.Position)
	})
	s.Answers = each(ctx, tx, `SELECT inspection, case_id, question, answer, revision, position
		FROM projections.score_answers`+where[2], args, func(r pgx.Rows, a *scores.AnswerRow) error {
		return r.Scan(&a.Inspection, &a.Case, &a.Question, &a.Answer, &a.Revision, &a.Position)
	})
	s.Tallies = each(ctx, tx, `SELECT inspection, question, above, relevant, unanswered, flagged
		FROM projections.score_tallies`+where[3], args, scanTally)
	return s
}

// each streams the rows of a query. The plan is made anew each time: one that was
// made when the table was small, and kept, would be wrong when it has grown.
func each[T any](
	ctx context.Context, tx pgx.Tx, sql string, args []any, scan func(pgx.Rows, *T) error,
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		r, err := tx.Query(ctx, sql, append([]any{pgx.QueryExecModeCacheDescribe}, args...)...)
		if err != nil {
			yield(zero, fmt.Errorf("rows: %w", err))
			return
		}
		defer r.Close()
		row := zero // one for all rows: it escapes
		for r.Next() {
			row = zero
			if err := scan(r, &row); err != nil {
				yield(zero, fmt.Errorf("rows: %w", err))
				return
			}
			if !yield(row, nil) {
				return
			}
		}
		if err := r.Err(); err != nil {
			yield(zero, fmt.Errorf("rows: %w", err))
		}
	}
}
