package rows_test

import (
	"testing"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
)

// BenchmarkRebuild builds the scores of the reference set twenty times over,
// 287,000 events in twenty inspections, from the ledger into an empty generation.
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
