package runner_test

import (
	"testing"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
)

// BenchmarkRebuild is what the runner itself costs: 100,000 events into a
// projection of one small row each. projections/scores/rows has that of the scores.
func BenchmarkRebuild(b *testing.B) {
	const n = 100_000
	pool := db.New(b)
	for range n / 5000 {
		add(b, ledger.New(pool), programme, 5000)
	}
	projectors := as(b, pool, projector)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		if _, err := pool.Exec(b.Context(), `DELETE FROM projections.active`); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		r := start(b, config(projectors))
		r.reach(events.Position(n))
		r.stop()
		if err := r.end(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkLiveLag is the time from a wake-up to the moment at which readers see
// the event.
func BenchmarkLiveLag(b *testing.B) {
	pool := db.New(b)
	l := ledger.New(pool)
	wake := make(chan struct{}, 1)
	c := config(as(b, pool, projector))
	c.Wake = wake
	r := start(b, c)
	r.reach(0)
	n := events.Position(0)
	for b.Loop() {
		b.StopTimer()
		add(b, l, programme, 1)
		n++
		b.StartTimer()
		wake <- struct{}{}
		r.reach(n)
	}
}
