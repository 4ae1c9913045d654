package rows_test

import (
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/projections/scores/rows"
)

func BenchmarkParts(b *testing.B) {
	book := longBook(b, "p")
	pool := built(b, book)
	reader := as(b, pool, "aboveline_reader")
	r := rows.NewReader(reader)
	l := ledger.New(reader)
	ctx := b.Context()
	best := map[string]time.Duration{}
	took := func(what string, since time.Time) {
		d := time.Since(since)
		if best[what] == 0 || d < best[what] {
			best[what] = d
		}
	}
	for b.Loop() {
		t := time.Now()
		trail, err := r.Trail(ctx, "p", "long", "outcome/1")
		if err != nil {
			b.Fatal(err)
		}
		took("trail", t)
		t1 := time.Now()
		n := 0
		for _, err := range trail.Changes() {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		took("explain", t1)
		ps := trail.Positions()
		t2 := time.Now()
		if _, err := l.Outlines(ctx, "p", ps, false); err != nil {
			b.Fatal(err)
		}
		took("outlines", t2)
		t2 = time.Now()
		if _, err := l.Outlines(ctx, "p", ps, true); err != nil {
			b.Fatal(err)
		}
		took("outlines with data", t2)
		t3 := time.Now()
		var g errgroup.Group
		g.Go(func() error {
			for range trail.Changes() {
			}
			return nil
		})
		if _, err := l.Outlines(ctx, "p", ps, true); err != nil {
			b.Fatal(err)
		}
		_ = g.Wait()
		took("both", t3)
		t4 := time.Now()
		_, _ = r.Tallies(ctx, "p", "long", 10000)
		took("as of", t4)
	}
	b.Log(len(book.drafts), best)
}

var _ scores.Movement
