package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/proof"
)

// readBatch is how many events are read at once, as the runner does.
const readBatch = 2000

// check looks at one event that was read.
type check func(r *events.Recorded) error

func decodeAll(r *events.Recorded) error {
	_, err := codec.Decode(r.Kind(), r.Data)
	return err
}

func verifyAll(r *events.Recorded) error {
	if proof.LeafHash(r) != r.Leaf {
		return fmt.Errorf("position %d does not have its leaf hash", r.Position)
	}
	return nil
}

// readRow reads the whole log in batches and checks every event, against raw read.
func readRow(name string, limit bar, each check) func(context.Context, *bench) ([]figure, error) {
	return func(ctx context.Context, b *bench) ([]figure, error) {
		l, err := b.longLog(ctx)
		if err != nil {
			return nil, err
		}
		s, err := b.interleave(ctx, l.read(each), l.readRaw(l.events))
		if err != nil {
			return nil, err
		}
		return []figure{{
			name: name, value: s[0].rate(), unit: "events/s", baseline: s[1].rate(), bar: limit,
			note: fmt.Sprintf("ledger.ReadBatch over %d events, one connection; against raw read", l.events),
		}}, nil
	}
}

// read is a side that reads the log n times in batches.
func (l *longLog) read(each check) side {
	var buffer []events.Recorded
	return repeat(l.events, func(ctx context.Context) (seen int, err error) {
		for {
			buffer, err = l.ledger.ReadBatch(ctx, l.programme, events.Position(seen), readBatch, buffer)
			if err != nil || len(buffer) == 0 {
				return seen, err
			}
			for k := range buffer {
				if err := each(&buffer[k]); err != nil {
					return seen, err
				}
			}
			seen += len(buffer)
		}
	})
}

// readRaw is a side that reads every column of the first events in the order of
// positions and drops the rows.
func (l *longLog) readRaw(first int) side {
	return repeat(first, func(ctx context.Context) (seen int, err error) {
		rows, err := l.pool.Query(ctx, `SELECT * FROM ledger.events WHERE programme = $1 AND position <= $2 ORDER BY position`,
			pgx.QueryResultFormats{pgx.BinaryFormatCode}, string(l.programme), first)
		if err != nil {
			return 0, err
		}
		defer rows.Close()
		for rows.Next() {
			if len(rows.RawValues()) > 0 {
				seen++
			}
		}
		return seen, rows.Err()
	})
}

// repeat is a side that does something n times and must see so many events each
// time.
func repeat(want int, once func(ctx context.Context) (seen int, err error)) side {
	return func(_ context.Context, n int) (work, error) {
		return work{n * want, func(ctx context.Context) ([]time.Duration, error) {
			for range n {
				seen, err := once(ctx)
				if err != nil {
					return nil, err
				}
				if seen != want {
					return nil, fmt.Errorf("%d of %d events were read", seen, want)
				}
			}
			return nil, nil
		}}, nil
	}
}
