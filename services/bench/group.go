package main

import (
	"context"
	"fmt"
)

// groupRow is many callers of the recorder with one entry each, against one caller:
// one entry a transaction.
func groupRow(name string, callers int) func(context.Context, *bench) ([]figure, error) {
	return func(ctx context.Context, b *bench) (_ []figure, err error) {
		s, all, err := b.station(ctx, callers)
		if err != nil {
			return nil, err
		}
		defer func() { err = firstOf(err, s.close(ctx)) }()
		r, err := b.interleave(ctx, s.direct(all), s.direct(all[:1]))
		if err != nil {
			return nil, err
		}
		limit := bar{}
		if callers == 64 {
			limit = atLeast(10)
		}
		found := []figure{{
			name: name, value: r[0].rate(), unit: "entries/s", baseline: r[1].rate(), bar: limit,
			note: fmt.Sprintf("recorder.Record by %d inspectors, without NATS; against one caller", callers),
		}}
		return append(found, latencies(name, r)...), nil
	}
}

// latencies are the figures of how long callers wait, and of the processor time that
// an entry takes on both sides, which a load from outside changes least.
func latencies(name string, r []series) []figure {
	return []figure{
		{name: name + "-p50-ms", value: median(r[0].p50), unit: "ms", note: "call to receipt"},
		{name: name + "-p99-ms", value: median(r[0].p99), unit: "ms", note: "call to receipt"},
		{
			name: name + "-cpu-us", value: median(r[0].cpu), unit: "µs", baseline: median(r[1].cpu),
			note: "processor time of an entry, clients included, Postgres not; against that of the baseline",
		},
	}
}
