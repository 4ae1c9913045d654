package rows

import (
	"context"
	"fmt"
	"iter"

	"github.com/go-json-experiment/json"
	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores"
)

var _ runner.Bulk = (*fold)(nil)

// Append implements runner.Bulk: the history.
func (f *fold) Append() func(ctx context.Context, tx pgx.Tx, g runner.Generation) error {
	history := f.TakeMovements()
	return func(ctx context.Context, tx pgx.Tx, g runner.Generation) error {
		c := newCopier("score_history", g, "inspection", "position", "case_id", "question",
			"above_before", "relevant_before", "above_after", "relevant_after", "framework")
		c.rows = make([]byte, 0, 128*len(history)+len(copyTrailer))
		for k := range history {
			m := &history[k]
			c.row()
			c.text(string(m.Inspection))
			c.int64(int64(m.Position))
			c.text(string(m.Case))
			c.text(string(m.Question))
			c.int32(m.Before.Above)
			c.int32(m.Before.Relevant)
			c.int32(m.After.Above)
			c.int32(m.After.Relevant)
			c.int32(m.Framework)
		}
		return c.send(ctx, tx)
	}
}

// Discard implements runner.Bulk.
func (f *fold) Discard() { f.TakeMovements() }

// Complete implements runner.Bulk: all but the history.
func (f *fold) Complete(ctx context.Context, tx pgx.Tx, g runner.Generation) error {
	s := f.State()
	frameworks := newCopier("score_frameworks", g, "revision", "position", "source")
	for _, row := range s.Frameworks {
		frameworks.row()
		frameworks.int32(row.Revision)
		frameworks.int64(int64(row.Position))
		frameworks.text(row.Source)
	}
	if err := frameworks.send(ctx, tx); err != nil {
		return err
	}
	err := copyAll(ctx, tx, newCopier("score_inspections", g, "inspection", "name", "closed"), s.Inspections,
		func(c *copier, i *scores.InspectionRow) error {
			c.text(string(i.Inspection))
			c.text(i.Name)
			c.bool(i.Closed)
			return nil
		})
	if err != nil {
		return err
	}
	err = copyAll(ctx, tx, newCopier("score_cases", g, "inspection", "case_id", "attributes", "revision", "position"),
		s.Cases, func(c *copier, row *scores.CaseRow) error {
			attributes, err := json.Marshal(row.Attributes)
			if err != nil {
				return fmt.Errorf("rows: attributes of case %s: %w", row.Case, err)
			}
			c.text(string(row.Inspection))
			c.text(string(row.Case))
			c.jsonb(attributes)
			c.int32(int(row.Revision))
			c.int64(int64(row.Position))
			return nil
		})
	if err != nil {
		return err
	}
	err = copyAll(ctx, tx,
		newCopier("score_answers", g, "inspection", "case_id", "question", "answer", "revision", "position"),
		s.Answers, func(c *copier, a *scores.AnswerRow) error {
			c.text(string(a.Inspection))
			c.text(string(a.Case))
			c.text(string(a.Question))
			c.text(string(a.Answer))
			c.int32(int(a.Revision))
			c.int64(int64(a.Position))
			return nil
		})
	if err != nil {
		return err
	}
	return copyAll(ctx, tx,
		newCopier("score_tallies", g, "inspection", "question", "above", "relevant", "unanswered", "flagged"),
		s.Tallies, func(c *copier, t *scores.TallyRow) error {
			c.text(string(t.Inspection))
			c.text(string(t.Question))
			c.int32(t.Tally.Above)
			c.int32(t.Tally.Relevant)
			c.int32(t.Tally.Unanswered)
			c.int32(t.Tally.Flagged)
			return nil
		})
}

// copyAll sends the rows of a sequence, some at a time.
func copyAll[T any](
	ctx context.Context, tx pgx.Tx, c *copier, rows iter.Seq2[T, error], add func(*copier, *T) error,
) error {
	for row, err := range rows {
		if err != nil {
			return err
		}
		c.row()
		if err := add(c, &row); err != nil {
			return err
		}
		if c.full() {
			if err := c.send(ctx, tx); err != nil {
				return err
			}
		}
	}
	return c.send(ctx, tx)
}
