package rows_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/projections/scores/rows"
)

// manyAnswers is a database with the rows of the reference set in so many
// inspections: those of one, and copies of them.
func manyAnswers(b *testing.B, inspections int) *pgxpool.Pool {
	b.Helper()
	pool := built(b, hampshireBook(b, "p", 1))
	for table, columns := range map[string]string{
		"score_inspections": "name, closed",
		"score_cases":       "case_id, attributes, revision, position",
		"score_answers":     "case_id, question, answer, revision, position",
		"score_tallies":     "question, above, relevant, unanswered, flagged",
	} {
		_, err := pool.Exec(b.Context(), fmt.Sprintf(`INSERT INTO projections.%[1]s (generation, inspection, %[2]s)
			SELECT generation, 'area-' || n, %[2]s FROM projections.%[1]s, generate_series(2, %[3]d) AS n`,
			table, columns, inspections))
		if err != nil {
			b.Fatal(err)
		}
	}
	if _, err := pool.Exec(b.Context(), `VACUUM ANALYZE`); err != nil {
		b.Fatal(err)
	}
	return pool
}

const inspections = 80

// BenchmarkWorkbenchLoad loads the current answers of 80 inspections of 85 cases
// with 168 questions: 1,142,400.
func BenchmarkWorkbenchLoad(b *testing.B) {
	pool := manyAnswers(b, inspections)
	reader := rows.NewReader(as(b, pool, "aboveline_reader"))
	b.ReportAllocs()
	for b.Loop() {
		w := reader.Workbench(ledger.New(pool), "p")
		if err := w.Sync(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPreview answers what moving the line of one question would do, in
// process, and what counting above and below in SQL takes.
func BenchmarkPreview(b *testing.B) {
	pool := manyAnswers(b, inspections)
	reader := rows.NewReader(as(b, pool, "aboveline_reader"))
	w := reader.Workbench(ledger.New(pool), "p")
	if err := w.Sync(b.Context()); err != nil {
		b.Fatal(err)
	}
	fw, _ := w.Fold().Framework()
	source := strings.Replace(string(fw.Source), "\"4.1.07\"\n    criterion: \"4.1\"", "\"4.1.07\"\n    criterion: \"4.2\"", 1)
	next, err := framework.Parse("edited", []byte(source))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("workbench", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := w.Sync(b.Context()); err != nil {
				b.Fatal(err)
			}
			p, err := w.Preview(next, 1000)
			if err != nil || len(p.Figures) != 4*inspections {
				b.Fatalf("%d figures move (%v)", len(p.Figures), err)
			}
		}
	})
	b.Run("group-by", func(b *testing.B) {
		for b.Loop() {
			tag, err := pool.Exec(b.Context(), `SELECT inspection, question,
					count(*) FILTER (WHERE answer IN ('sufficient', 'yes', 'fully', 'partly', 'good', 'some')) AS above,
					count(*) FILTER (WHERE answer NOT IN ('', 'not_applicable')) AS relevant
				FROM projections.score_answers GROUP BY inspection, question`)
			if err != nil || tag.RowsAffected() != inspections*168 {
				b.Fatalf("%s (%v)", tag, err)
			}
		}
	})
}
