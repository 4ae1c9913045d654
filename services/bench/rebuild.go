package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores/rows"
)

// rebuildRow builds the scores of the long log from its first event, each time into
// new tables, against raw read.
func rebuildRow(ctx context.Context, b *bench) ([]figure, error) {
	l, err := b.longLog(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]series, 2)
	for round := range rounds {
		sides := []side{l.rebuild(round), l.readRaw()}
		for k := range sides {
			if round%2 == 1 {
				k = len(sides) - 1 - k
			}
			one, err := sides[k].lap(ctx, 1)
			if err != nil {
				return nil, err
			}
			all[k].add(one)
		}
	}
	return []figure{{
		name: "rebuild-scores", value: all[0].rate(), unit: "events/s", baseline: all[1].rate(), bar: atLeast(0.80),
		note: fmt.Sprintf("runner.Run from nothing over %d events of %d inspections, history and rows committed; "+
			"against raw read", l.events, inspections),
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

// rebuild is a side that runs the unit until it has reached the head.
func (l *longLog) rebuild(round int) side {
	return func(context.Context, int) (work, error) {
		return work{l.events, func(ctx context.Context) ([]time.Duration, error) {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			reached := events.Position(0)
			err := runner.Run(ctx, runner.Config{
				Pool: l.pool, Ledger: l.ledger, Programme: l.programme,
				Projection: rebuilt{name: fmt.Sprintf("scores-%d", round)},
				Progress: func(at events.Position) {
					if reached = at; at == events.Position(l.events) {
						cancel()
					}
				},
			})
			if err == nil && reached != events.Position(l.events) {
				err = fmt.Errorf("the scores reached position %d of %d: %w", reached, l.events, context.Cause(ctx))
			}
			return nil, err
		}}, nil
	}
}
