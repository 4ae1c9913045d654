package main

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
)

const insertRaw = `INSERT INTO public.raw (position, occurred_at, recorded_at, revision, type_version, event_id, causation,
	programme, stream, type, actor, team, inspection, case_id, digest, leaf, data)
SELECT unnest($1::bigint[]), unnest($2::timestamptz[]), unnest($3::timestamptz[]), unnest($4::integer[]),
	unnest($5::integer[]), unnest($6::uuid[]), unnest($7::uuid[]), unnest($8::text[]), unnest($9::text[]),
	unnest($10::text[]), unnest($11::text[]), unnest($12::text[]), unnest($13::text[]), unnest($14::text[]),
	unnest($15::bytea[]), unnest($16::bytea[]), unnest($17::bytea[])`

// raw inserts the same columns into a table of the same shape, one batch a
// transaction.
type raw struct {
	pool      *pgxpool.Pool
	programme events.Programme
	drafts    *drafts
	position  int64
}

// side inserts n batches of so many events. The columns are made before the time
// starts.
func (w *raw) side(size int) side {
	return func(_ context.Context, n int) (work, error) {
		batches := make([][]any, n)
		for k := range batches {
			batches[k] = w.columns(w.drafts.next(size))
		}
		return work{n * size, func(ctx context.Context) ([]time.Duration, error) {
			for _, columns := range batches {
				if _, err := w.pool.Exec(ctx, insertRaw, columns...); err != nil {
					return nil, err
				}
			}
			return nil, nil
		}}, nil
	}
}

// uuids is the quickest way to give pgx an array of them.
type uuids = pgtype.FlatArray[pgtype.UUID]

// columns turns events into one array a column.
func (w *raw) columns(ds []ledger.Draft) []any {
	n := len(ds)
	positions, revisions, versions := make([]int64, n), make([]int32, n), make([]int32, n)
	happened, recorded := make([]time.Time, n), make([]time.Time, n)
	ids, causations := make(uuids, n), make(uuids, n)
	var text [7][]string
	for c := range text {
		text[c] = make([]string, n)
	}
	digests, leafs, data := make([][]byte, n), make([][]byte, n), make([][]byte, n)
	now := time.Now()
	for k := range ds {
		d := &ds[k]
		w.position++
		positions[k], revisions[k], versions[k] = w.position, int32(d.Revision), int32(d.TypeVersion)
		happened[k], recorded[k] = d.OccurredAt, now
		ids[k], causations[k] = pgtype.UUID{Bytes: d.ID, Valid: true}, pgtype.UUID{Bytes: d.Causation, Valid: true}
		for c, s := range [...]string{
			string(w.programme), string(d.Stream), string(d.Type), string(d.Actor), string(d.Team),
			string(d.Inspection), string(d.Case),
		} {
			text[c][k] = s
		}
		digests[k], leafs[k], data[k] = d.Digest[:], d.Digest[:], d.Data
	}
	return []any{
		positions, happened, recorded, revisions, versions, ids, causations,
		text[0], text[1], text[2], text[3], text[4], text[5], text[6], digests, leafs, data,
	}
}
