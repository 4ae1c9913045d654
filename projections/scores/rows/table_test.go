package rows_test

import (
	"cmp"
	"context"
	"slices"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/scores"
)

// readRows reads every row of the active generation of a programme, by plain SQL.
func readRows(ctx context.Context, t fataler, pool *pgxpool.Pool, p events.Programme) (d scores.Delta) {
	t.Helper()
	read(ctx, t, pool, p, &d.Frameworks, `revision, position, source`, `score_frameworks`,
		func(r pgx.CollectableRow, f *scores.FrameworkRow) error {
			return r.Scan(&f.Revision, &f.Position, &f.Source)
		})
	read(ctx, t, pool, p, &d.Inspections, `inspection, name, closed`, `score_inspections`,
		func(r pgx.CollectableRow, i *scores.InspectionRow) error {
			return r.Scan(&i.Inspection, &i.Name, &i.Closed)
		})
	read(ctx, t, pool, p, &d.Cases, `inspection, case_id, attributes, revision, position`, `score_cases`,
		func(r pgx.CollectableRow, c *scores.CaseRow) error {
			return r.Scan(&c.Inspection, &c.Case, &c.Attributes, &c.Revision, &c.Position)
		})
	read(ctx, t, pool, p, &d.Answers, `inspection, case_id, question, answer, revision, position`, `score_answers`,
		func(r pgx.CollectableRow, a *scores.AnswerRow) error {
			return r.Scan(&a.Inspection, &a.Case, &a.Question, &a.Answer, &a.Revision, &a.Position)
		})
	read(ctx, t, pool, p, &d.Tallies, `inspection, question, above, relevant, unanswered, flagged`, `score_tallies`,
		func(r pgx.CollectableRow, a *scores.TallyRow) error {
			return r.Scan(&a.Inspection, &a.Question, &a.Tally.Above, &a.Tally.Relevant, &a.Tally.Unanswered, &a.Tally.Flagged)
		})
	read(ctx, t, pool, p, &d.History, `inspection, position, case_id, question, above_before, relevant_before,
		above_after, relevant_after, framework`, `score_history`,
		func(r pgx.CollectableRow, m *scores.Movement) error {
			return r.Scan(&m.Inspection, &m.Position, &m.Case, &m.Question, &m.Before.Above, &m.Before.Relevant,
				&m.After.Above, &m.After.Relevant, &m.Framework)
		})
	return d
}

func read[T any](
	ctx context.Context, t fataler, pool *pgxpool.Pool, p events.Programme, to *[]T, columns, table string,
	scan func(pgx.CollectableRow, *T) error,
) {
	t.Helper()
	rows, err := pool.Query(ctx, `SELECT `+columns+` FROM projections.`+table+` JOIN projections.active USING (generation)
		WHERE programme = $1`, string(p))
	if err != nil {
		t.Fatal(err)
	}
	*to, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (row T, err error) {
		err = scan(r, &row)
		return row, err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// wantRows compares the rows with what a fold of the first n events in one go
// would write.
func wantRows(ctx context.Context, t fataler, pool *pgxpool.Pool, b *book, n int) {
	t.Helper()
	want := sorted(withoutZeros(b.fold(t, n).Take()))
	got := sorted(withoutZeros(readRows(ctx, t, pool, b.programme)))
	if d := gocmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Fatalf("rows after %d events (-fold +rows):\n%s", n, d)
	}
	var position events.Position
	err := pool.QueryRow(ctx, `SELECT position FROM projections.checkpoints JOIN projections.active USING (generation)
		WHERE programme = $1`, string(b.programme)).Scan(&position)
	if err != nil || position != events.Position(n) {
		t.Fatalf("checkpoint at %d (%v), want %d", position, err, n)
	}
}

func sorted(d scores.Delta) scores.Delta {
	slices.SortFunc(d.Frameworks, func(a, b scores.FrameworkRow) int { return cmp.Compare(a.Position, b.Position) })
	slices.SortFunc(d.Inspections, func(a, b scores.InspectionRow) int { return cmp.Compare(a.Inspection, b.Inspection) })
	slices.SortFunc(d.Cases, func(a, b scores.CaseRow) int {
		return cmp.Or(cmp.Compare(a.Inspection, b.Inspection), cmp.Compare(a.Case, b.Case))
	})
	slices.SortFunc(d.Answers, func(a, b scores.AnswerRow) int {
		return cmp.Or(cmp.Compare(a.Inspection, b.Inspection), cmp.Compare(a.Case, b.Case), cmp.Compare(a.Question, b.Question))
	})
	slices.SortFunc(d.Tallies, func(a, b scores.TallyRow) int {
		return cmp.Or(cmp.Compare(a.Inspection, b.Inspection), cmp.Compare(a.Question, b.Question))
	})
	slices.SortFunc(d.History, func(a, b scores.Movement) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.Inspection, b.Inspection),
			cmp.Compare(a.Question, b.Question))
	})
	return d
}
