package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores/rows"
)

const (
	// rebuildTrial is the number of events of the rebuild that warms up and tells how
	// many events a rebuild has time for.
	rebuildTrial = 10_000
	// rebuildWithin is about how long one rebuild may take.
	rebuildWithin = 4 * time.Second
)

// rebuildRow builds the scores of the long log from its first event, each time into
// new tables, against raw read of the same events. Where there is no time for all
// events, it is the first so many of them.
func rebuildRow(ctx context.Context, b *bench) ([]figure, error) {
	l, err := b.longLog(ctx)
	if err != nil {
		return nil, err
	}
	trial, err := l.rebuild(rebuildTrial).lap(ctx, 1)
	if err != nil {
		return nil, err
	}
	first := int(rebuildTrial * rebuildWithin.Seconds() / trial.took.Seconds())
	first = min(l.events, max(rebuildTrial, first))
	s, err := b.interleave(ctx, l.rebuild(first), l.readRaw(first))
	if err != nil {
		return nil, err
	}
	return []figure{{
		name: "rebuild-scores", value: s[0].rate(), unit: "events/s", baseline: s[1].rate(), bar: atLeast(0.80),
		note: fmt.Sprintf("runner.Run from nothing to position %d, %d inspections, history and rows committed; "+
			"against raw read of as many", first, inspections),
	}}, nil
}

// rebuilt is the projection under a name of its own, so that it has no generation
// yet.
type rebuilt struct {
	rows.Projection
	name string
}

// Name implements runner.Projection.
func (r rebuilt) Name() string { return r.name }

// rebuild is a side that runs a new unit until it has reached a position.
func (l *longLog) rebuild(to int) side {
	return repeat(to, func(ctx context.Context) (seen int, err error) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		l.rebuilds++
		err = runner.Run(ctx, runner.Config{
			Pool: l.pool, Ledger: l.ledger, Programme: l.programme,
			Projection: rebuilt{name: fmt.Sprintf("scores-%d", l.rebuilds)},
			Progress: func(at events.Position) {
				if seen = min(to, int(at)); seen == to {
					cancel()
				}
			},
		})
		return seen, err
	})
}
