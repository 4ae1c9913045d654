package main

import (
	"context"
	"fmt"

	"github.com/aboveline/aboveline/events/ledger"
)

// e2eOneRow is 64 clients of the NATS door with one entry each at a time, against
// the same callers at the recorder.
func e2eOneRow(ctx context.Context, b *bench) (_ []figure, err error) {
	const callers = 64
	s, all, err := b.station(ctx, callers)
	if err != nil {
		return nil, err
	}
	defer func() { err = firstOf(err, s.close(ctx)) }()
	doors, err := s.doors(ctx, all)
	if err != nil {
		return nil, err
	}
	r, err := b.interleave(ctx, s.throughDoor(all, doors, 1), s.direct(all))
	if err != nil {
		return nil, err
	}
	found := []figure{{
		name: "e2e-1", value: r[0].rate(), unit: "entries/s", baseline: r[1].rate(), bar: atLeast(0.55),
		note: fmt.Sprintf("NATS door to receipt, %d connections, no projections; against group commit by as many", callers),
	}}
	waits := latencies("e2e-1", r)
	waits[1].baseline, waits[1].bar = median(r[1].p99), atMost(2.5)
	waits[1].note += "; against that of group commit"
	return append(found, waits...), nil
}

// e2eHundredRow is 8 clients of the NATS door with 100 entries at a time, against
// appends of 500 in the same database.
func e2eHundredRow(ctx context.Context, b *bench) (_ []figure, err error) {
	const callers, size = 8, 100
	s, all, err := b.station(ctx, callers)
	if err != nil {
		return nil, err
	}
	defer func() { err = firstOf(err, s.close(ctx)) }()
	doors, err := s.doors(ctx, all)
	if err != nil {
		return nil, err
	}
	pool, err := s.db.pool(ctx, recording)
	if err != nil {
		return nil, err
	}
	ds, err := newDrafts()
	if err != nil {
		return nil, err
	}
	w := &writer{ledger: ledger.New(pool), programme: "batches", drafts: ds}
	r, err := b.interleave(ctx, s.throughDoor(all, doors, size), w.side(500))
	if err != nil {
		return nil, err
	}
	found := []figure{{
		name: "e2e-100", value: r[0].rate(), unit: "entries/s", baseline: r[1].rate(), bar: atLeast(0.70),
		note: fmt.Sprintf("NATS door to receipts, %d connections, submissions of %d; against append-500", callers, size),
	}}
	return append(found, latencies("e2e-100", r)...), nil
}
