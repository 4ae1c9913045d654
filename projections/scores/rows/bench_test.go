package rows_test

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/projections/scores/rows"
)

// BenchmarkRebuild builds the scores of the reference set twenty times over,
// 287,322 events in twenty inspections, from the ledger into an empty generation.
func BenchmarkRebuild(b *testing.B) {
	all := hampshireBook(b, "p", 20)
	pool := db.New(b)
	all.full(b, ledger.New(pool))
	projector := as(b, pool, "aboveline_projector")
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		if _, err := pool.Exec(b.Context(), `DELETE FROM projections.active`); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		run(b.Context(), b, config(projector, "p"), events.Position(len(all.drafts)))
	}
	b.ReportMetric(float64(len(all.drafts)*b.N)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkFlush writes the rows of one batch of first judgements, without commit.
func BenchmarkFlush(b *testing.B) {
	all := hampshireBook(b, "p", 1)
	const before = 2 + 1 + 85 // programme, framework, inspection, cases
	pool := db.New(b)
	l := ledger.New(pool)
	all.write(b.Context(), b, l, before)
	run(b.Context(), b, config(pool, "p"), before)
	all.write(b.Context(), b, l, len(all.drafts))
	var generation runner.Generation
	if err := pool.QueryRow(b.Context(), `SELECT generation FROM projections.active`).Scan(&generation); err != nil {
		b.Fatal(err)
	}
	for _, n := range []int{1, 100, 2000} {
		recorded, err := l.ReadBatch(b.Context(), "p", before, n, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				tx, err := pool.Begin(b.Context())
				if err != nil {
					b.Fatal(err)
				}
				f, err := rows.Projection{}.Load(b.Context(), tx, generation)
				if err != nil {
					b.Fatal(err)
				}
				for k := range recorded {
					if err := f.Apply(&recorded[k], all.events[before+k]); err != nil {
						b.Fatal(err)
					}
				}
				b.StartTimer()
				if err := f.Flush(b.Context(), tx, generation); err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				if err := tx.Rollback(b.Context()); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
		})
	}
}

// BenchmarkReader asks the questions of the query service about the reference set.
func BenchmarkReader(b *testing.B) {
	all := hampshireBook(b, "p", 1)
	pool := built(b, all)
	r := rows.NewReader(as(b, pool, "aboveline_reader"))
	tallies := func(at events.Position) func() error {
		return func() error { _, err := r.Tallies(b.Context(), "p", hampshire, at); return err }
	}
	explained := func(id scores.FigureID) func() error {
		return func() error { _, err := explain(b.Context(), r, "p", hampshire, id); return err }
	}
	for _, one := range []struct {
		name string
		ask  func() error
	}{
		{"Latest", tallies(rows.Latest)},
		{"AsOf", tallies(events.Position(len(all.drafts) / 2))},
		{"Fold", func() error { _, _, err := r.Fold(b.Context(), "p", hampshire); return err }},
		{"ExplainOutcome", explained("outcome/4")},
		{"ExplainQuestion", explained("question/4.1.07")},
		{"Load", func() error {
			return pgx.BeginFunc(b.Context(), pool, func(tx pgx.Tx) error {
				_, err := rows.Projection{}.Load(b.Context(), tx, 1)
				return err
			})
		}},
	} {
		b.Run(one.name, func(b *testing.B) {
			for b.Loop() {
				if err := one.ask(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
