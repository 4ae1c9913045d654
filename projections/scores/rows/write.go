package rows

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores"
)

// write puts a delta into the tables: one statement per table that has rows in it,
// all in one round trip.
func write(ctx context.Context, tx pgx.Tx, g runner.Generation, d scores.Delta) error {
	b := &pgx.Batch{}
	for _, f := range d.Frameworks {
		b.Queue(`INSERT INTO projections.score_frameworks (generation, revision, position, source)
			VALUES ($1, $2, $3, $4)`, g, f.Revision, f.Position, f.Source)
	}
	for _, i := range d.Inspections {
		b.Queue(`INSERT INTO projections.score_inspections (generation, inspection, name, closed)
			VALUES ($1, $2, $3, $4)
			ON CONFLICT (generation, inspection) DO UPDATE SET name = excluded.name, closed = excluded.closed`,
			g, string(i.Inspection), i.Name, i.Closed)
	}
	if err := queueCases(b, g, d.Cases); err != nil {
		return err
	}
	queueAnswers(b, g, d.Answers)
	queueTallies(b, g, d.Tallies)
	queueHistory(b, g, d.History)
	if b.Len() == 0 {
		return nil
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("rows: write: %w", err)
	}
	return nil
}

func queueCases(b *pgx.Batch, g runner.Generation, cases []scores.CaseRow) error {
	if len(cases) == 0 {
		return nil
	}
	var inspections, ids, attributes []string
	var revisions, positions []int64
	for _, c := range cases {
		a, err := json.Marshal(c.Attributes)
		if err != nil {
			return fmt.Errorf("rows: attributes of case %s: %w", c.Case, err)
		}
		inspections, ids = append(inspections, string(c.Inspection)), append(ids, string(c.Case))
		attributes = append(attributes, string(a))
		revisions, positions = append(revisions, int64(c.Revision)), append(positions, int64(c.Position))
	}
	b.Queue(`INSERT INTO projections.score_cases (generation, inspection, case_id, attributes, revision, position)
		SELECT $1, i, c, a::jsonb, r, p
		FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[]) AS u(i, c, a, r, p)
		ON CONFLICT (generation, inspection, case_id) DO UPDATE
		SET attributes = excluded.attributes, revision = excluded.revision, position = excluded.position`,
		g, inspections, ids, attributes, revisions, positions)
	return nil
}

// queueAnswers inserts the answers that came with the first event of their stream,
// which cannot have a row yet, and puts the others where theirs may be.
func queueAnswers(b *pgx.Batch, g runner.Generation, answers []scores.AnswerRow) {
	var first, later answerColumns
	for k := range answers {
		if answers[k].Revision == 1 {
			first.add(&answers[k], len(answers))
		} else {
			later.add(&answers[k], len(answers))
		}
	}
	const insert = `
		INSERT INTO projections.score_answers (generation, inspection, case_id, question, answer, revision, position)
		SELECT $1, u.* FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[]) AS u`
	first.queue(b, g, insert)
	later.queue(b, g, insert+`
		ON CONFLICT (generation, inspection, case_id, question) DO UPDATE
		SET answer = excluded.answer, revision = excluded.revision, position = excluded.position`)
}

// answerColumns are rows of answers, column by column.
type answerColumns struct {
	inspections, cases, questions, values []string
	revisions, positions                  []int64
}

func (c *answerColumns) add(a *scores.AnswerRow, room int) {
	if c.positions == nil {
		c.inspections, c.cases = make([]string, 0, room), make([]string, 0, room)
		c.questions, c.values = make([]string, 0, room), make([]string, 0, room)
		c.revisions, c.positions = make([]int64, 0, room), make([]int64, 0, room)
	}
	c.inspections, c.cases = append(c.inspections, string(a.Inspection)), append(c.cases, string(a.Case))
	c.questions, c.values = append(c.questions, string(a.Question)), append(c.values, string(a.Answer))
	c.revisions, c.positions = append(c.revisions, int64(a.Revision)), append(c.positions, int64(a.Position))
}

func (c *answerColumns) queue(b *pgx.Batch, g runner.Generation, sql string) {
	if len(c.positions) > 0 {
		b.Queue(sql, g, c.inspections, c.cases, c.questions, c.values, c.revisions, c.positions)
	}
}

func queueTallies(b *pgx.Batch, g runner.Generation, tallies []scores.TallyRow) {
	if len(tallies) == 0 {
		return
	}
	n := len(tallies)
	inspections, questions := make([]string, n), make([]string, n)
	above, relevant, unanswered, flagged := make([]int, n), make([]int, n), make([]int, n), make([]int, n)
	for k, t := range tallies {
		inspections[k], questions[k] = string(t.Inspection), string(t.Question)
		above[k], relevant[k] = t.Tally.Above, t.Tally.Relevant
		unanswered[k], flagged[k] = t.Tally.Unanswered, t.Tally.Flagged
	}
	b.Queue(`INSERT INTO projections.score_tallies (generation, inspection, question, above, relevant, unanswered, flagged)
		SELECT $1, u.* FROM unnest($2::text[], $3::text[], $4::int[], $5::int[], $6::int[], $7::int[]) AS u
		ON CONFLICT (generation, inspection, question) DO UPDATE
		SET above = excluded.above, relevant = excluded.relevant,
		    unanswered = excluded.unanswered, flagged = excluded.flagged`,
		g, inspections, questions, above, relevant, unanswered, flagged)
}

// queueHistory appends the movements, in the order of their key, in which the index
// takes them best.
func queueHistory(b *pgx.Batch, g runner.Generation, history []scores.Movement) {
	if len(history) == 0 {
		return
	}
	slices.SortFunc(history, func(x, y scores.Movement) int {
		return cmp.Or(cmp.Compare(x.Inspection, y.Inspection), cmp.Compare(x.Question, y.Question),
			cmp.Compare(x.Position, y.Position))
	})
	n := len(history)
	inspections, cases, questions := make([]string, n), make([]string, n), make([]string, n)
	positions, frameworks := make([]int64, n), make([]int, n)
	var counts [4][]int
	for k := range counts {
		counts[k] = make([]int, n)
	}
	for k := range history {
		m := &history[k]
		inspections[k], cases[k], questions[k] = string(m.Inspection), string(m.Case), string(m.Question)
		positions[k], frameworks[k] = int64(m.Position), m.Framework
		counts[0][k], counts[1][k] = m.Before.Above, m.Before.Relevant
		counts[2][k], counts[3][k] = m.After.Above, m.After.Relevant
	}
	b.Queue(`INSERT INTO projections.score_history (generation, inspection, position, case_id, question,
			above_before, relevant_before, above_after, relevant_after, framework)
		SELECT $1, u.* FROM unnest($2::text[], $3::bigint[], $4::text[], $5::text[],
			$6::int[], $7::int[], $8::int[], $9::int[], $10::int[]) AS u`,
		g, inspections, positions, cases, questions, counts[0], counts[1], counts[2], counts[3], frameworks)
}
