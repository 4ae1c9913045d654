package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/ledger"
)

// appended is what a row of this file measures.
const appended = "ledger.Update as aboveline_recorder: head lock, known ids, revisions, leaf, tree, a receipt an entry"

// prefilled is the size of the log and of the raw table before a row, as events.
const prefilled = 20_000

// writer appends to one programme as the recorder does: in one transaction a
// batch, with a verdict for each entry.
type writer struct {
	ledger    *ledger.Ledger
	programme events.Programme
	drafts    *drafts
}

// side appends n batches of so many events.
func (w *writer) side(size int) side {
	return func(_ context.Context, n int) (work, error) {
		batches := make([][]ledger.Draft, n)
		for k := range batches {
			batches[k] = w.drafts.next(size)
		}
		return work{n * size, func(ctx context.Context) ([]time.Duration, error) {
			recorded := 0
			for _, ds := range batches {
				receipts, err := w.append(ctx, ds)
				if err != nil {
					return nil, err
				}
				for k := range receipts {
					if receipts[k].Status == entry.StatusRecorded {
						recorded++
					}
				}
			}
			if recorded != n*size {
				return nil, fmt.Errorf("%d of %d events were recorded", recorded, n*size)
			}
			return nil, nil
		}}, nil
	}
}

// append decides and appends one batch.
func (w *writer) append(ctx context.Context, ds []ledger.Draft) ([]entry.Receipt, error) {
	ids := make([]events.EventID, len(ds))
	for k := range ds {
		ids[k] = ds[k].ID
	}
	receipts := make([]entry.Receipt, len(ds))
	err := w.ledger.Update(ctx, w.programme, ids, func(ctx context.Context, tx *ledger.Tx) error {
		revisions := make(map[events.Stream]events.Revision, len(ds))
		accepted, of := make([]ledger.Draft, 0, len(ds)), make([]int, 0, len(ds))
		for k := range ds {
			d := &ds[k]
			receipts[k] = entry.Receipt{ID: d.ID}
			if known, ok := tx.Known(d.ID); ok {
				receipts[k].Status, receipts[k].Code = entry.StatusRejected, "id_reused"
				if known.Digest == d.Digest {
					receipts[k].Status = entry.StatusDuplicate
				}
				continue
			}
			if revisions[d.Stream]+1 != d.Revision {
				receipts[k].Status = entry.StatusConflict
				continue
			}
			revisions[d.Stream] = d.Revision
			accepted, of = append(accepted, *d), append(of, k)
		}
		recorded, err := tx.Append(ctx, accepted)
		for n := range recorded {
			r := &receipts[of[n]]
			r.Status, r.Position = entry.StatusRecorded, recorded[n].Position
			r.Revision, r.RecordedAt = recorded[n].Revision, recorded[n].RecordedAt
		}
		return err
	})
	return receipts, err
}

// pair is a writer and the raw insert beside it, in one database.
func (d *database) pair(ctx context.Context, p events.Programme) (*writer, *raw, error) {
	recorder, err := d.pool(ctx, recording)
	if err != nil {
		return nil, nil, err
	}
	own, err := d.pool(ctx, owner)
	if err != nil {
		return nil, nil, err
	}
	ours, err := newDrafts()
	if err != nil {
		return nil, nil, err
	}
	theirs, err := newDrafts()
	if err != nil {
		return nil, nil, err
	}
	return &writer{ledger: ledger.New(recorder), programme: p, drafts: ours},
		&raw{pool: own, programme: p, drafts: theirs}, nil
}

// prefill gives both tables some events and statistics.
func (d *database) prefill(ctx context.Context, w *writer, r *raw) error {
	const size = 1000
	if _, err := w.side(size).lap(ctx, prefilled/size); err != nil {
		return err
	}
	if _, err := r.side(size).lap(ctx, prefilled/size); err != nil {
		return err
	}
	_, err := r.pool.Exec(ctx, `ANALYZE ledger.events, public.raw`)
	return err
}

// appendRow is one writer with batches of a size into a log that has been in use.
func appendRow(name string, size int, limit bar) func(context.Context, *bench) ([]figure, error) {
	return func(ctx context.Context, b *bench) (_ []figure, err error) {
		d, err := b.database(ctx)
		if err != nil {
			return nil, err
		}
		defer func() { err = firstOf(err, d.drop(ctx)) }()
		w, r, err := d.pair(ctx, "measured")
		if err != nil {
			return nil, err
		}
		if err := d.prefill(ctx, w, r); err != nil {
			return nil, err
		}
		s, err := b.interleave(ctx, w.side(size), r.side(size))
		if err != nil {
			return nil, err
		}
		return []figure{appendFigure(name, s, limit, appended)}, nil
	}
}

func appendFigure(name string, s []series, limit bar, note string) figure {
	return figure{
		name: name, value: s[0].rate(), unit: "events/s", baseline: s[1].rate(), bar: limit, note: note + "; against raw",
	}
}

// freshRow is batches of 500 from the first event on, in a new database for each
// lap of each side: nothing has statistics.
func freshRow(ctx context.Context, b *bench) ([]figure, error) {
	const size = 500
	batches := 30
	if b.config.quick {
		batches = 8
	}
	all := make([]series, 2)
	for round := range rounds {
		l, err := b.fresh(ctx, size, batches, round%2 == 1)
		if err != nil {
			return nil, err
		}
		for k := range all {
			all[k].add(l[k])
		}
	}
	return []figure{appendFigure("append-500-fresh", all, atLeast(0.80),
		fmt.Sprintf("the first %d events of a new database, connections included", size*batches))}, nil
}

// fresh is one round in a database of its own.
func (b *bench) fresh(ctx context.Context, size, batches int, rawFirst bool) (_ [2]lap, err error) {
	var laps [2]lap
	d, err := b.database(ctx)
	if err != nil {
		return laps, err
	}
	defer func() { err = firstOf(err, d.drop(ctx)) }()
	w, r, err := d.pair(ctx, "fresh")
	if err != nil {
		return laps, err
	}
	sides := [2]side{w.side(size), r.side(size)}
	for k := range sides {
		if rawFirst {
			k = len(sides) - 1 - k
		}
		if laps[k], err = sides[k].lap(ctx, batches); err != nil {
			return laps, err
		}
	}
	return laps, nil
}

// twoWritersRow is two writers at once, each with a programme of its own, against
// two raw writers at once.
func twoWritersRow(ctx context.Context, b *bench) (_ []figure, err error) {
	const size = 500
	d, err := b.database(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = firstOf(err, d.drop(ctx)) }()
	var ours, theirs []side
	for _, p := range []events.Programme{"north", "south"} {
		w, r, err := d.pair(ctx, p)
		if err != nil {
			return nil, err
		}
		if err := d.prefill(ctx, w, r); err != nil {
			return nil, err
		}
		ours, theirs = append(ours, w.side(size)), append(theirs, r.side(size))
	}
	s, err := b.interleave(ctx, together(ours...), together(theirs...))
	if err != nil {
		return nil, err
	}
	return []figure{appendFigure("append-2x2", s, atLeast(0.90), "two programmes, two writers")}, nil
}

// firstOf prefers the error that came first; the second is of tidying up.
func firstOf(err, tidying error) error {
	if err != nil {
		return err
	}
	return tidying
}
