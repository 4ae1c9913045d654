package ledger_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/events/postgres"
	"github.com/aboveline/aboveline/events/proof"
)

// durable is a pool on a migrated database of a server with fsync on.
func durable(b *testing.B) *pgxpool.Pool {
	b.Helper()
	s, err := postgres.Start(b.Context(), postgres.Config{Dir: b.TempDir(), Durable: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(b.Context()), 20*time.Second)
		defer cancel()
		if err := s.Stop(ctx); err != nil {
			b.Error(err)
		}
	})
	if err := ledger.Migrate(b.Context(), s.URL("postgres")); err != nil {
		b.Fatal(err)
	}
	pool, err := pgxpool.New(b.Context(), s.URL("postgres"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	_, err = pool.Exec(b.Context(),
		`CREATE TABLE public.raw (LIKE ledger.events INCLUDING CONSTRAINTS INCLUDING INDEXES)`)
	if err != nil {
		b.Fatal(err)
	}
	return pool
}

const insertRaw = `INSERT INTO public.raw (position, occurred_at, recorded_at, revision, type_version, event_id, causation,
	programme, stream, type, actor, team, inspection, case_id, digest, leaf, data)
SELECT unnest($1::bigint[]), unnest($2::timestamptz[]), unnest($3::timestamptz[]), unnest($4::integer[]),
	unnest($5::integer[]), unnest($6::uuid[]), unnest($7::uuid[]), unnest($8::text[]), unnest($9::text[]),
	unnest($10::text[]), unnest($11::text[]), unnest($12::text[]), unnest($13::text[]), unnest($14::text[]),
	unnest($15::bytea[]), unnest($16::bytea[]), unnest($17::bytea[])`

// raw is the baseline: the same columns into a table of the same shape, without
// lock, look-ups, hashes and head.
type raw struct {
	pool     *pgxpool.Pool
	position int64
}

func (w *raw) add(ctx context.Context, p events.Programme, ds []ledger.Draft) error {
	n := len(ds)
	positions, revisions, versions := make([]int64, n), make([]int32, n), make([]int32, n)
	occurred, recorded := make([]time.Time, n), make([]time.Time, n)
	ids, causations := make([]uuid.UUID, n), make([]uuid.UUID, n)
	var text [7][]string
	for i := range text {
		text[i] = make([]string, n)
	}
	digests, leafs, data := make([][]byte, n), make([][]byte, n), make([][]byte, n)
	now := time.Now()
	for i := range ds {
		d := &ds[i]
		w.position++
		positions[i], revisions[i], versions[i] = w.position, int32(d.Revision), int32(d.TypeVersion)
		occurred[i], recorded[i], ids[i], causations[i] = d.OccurredAt, now, d.ID, d.Causation
		for c, s := range []string{
			string(p), string(d.Stream), string(d.Type), string(d.Actor), string(d.Team), string(d.Inspection), string(d.Case),
		} {
			text[c][i] = s
		}
		digests[i], leafs[i], data[i] = d.Digest[:], d.Digest[:], d.Data
	}
	_, err := w.pool.Exec(ctx, insertRaw, positions, occurred, recorded, revisions, versions, ids, causations,
		text[0], text[1], text[2], text[3], text[4], text[5], text[6], digests, leafs, data)
	return err
}

// BenchmarkAppend alternates rounds of the ledger and of the raw insert on one
// server. It reports events/s of the median round and the ratio to raw.
func BenchmarkAppend(b *testing.B) {
	for _, bm := range []struct {
		name  string
		size  int
		fresh bool // a new programme in each round
	}{{"1", 1, false}, {"10", 10, false}, {"500", 500, false}, {"500-fresh", 500, true}} {
		b.Run(bm.name, func(b *testing.B) {
			size, p := bm.size, programme
			pool := durable(b)
			l := ledger.New(pool)
			w := &raw{pool: pool}
			data := bytes.Repeat([]byte("x"), 241)
			made := 0
			batch := func() []ledger.Draft {
				ds := drafts(made, size)
				for i := range ds {
					ds[i].Data = data
				}
				made += size
				return ds
			}
			perRound := max(2, 100/size)
			var ours, raws []time.Duration
			round := func(one func(ds []ledger.Draft) error) time.Duration {
				batches := make([][]ledger.Draft, perRound)
				for i := range batches {
					batches[i] = batch()
				}
				start := time.Now()
				for _, ds := range batches {
					if err := one(ds); err != nil {
						b.Fatal(err)
					}
				}
				return time.Since(start)
			}
			for b.Loop() {
				if bm.fresh {
					p = events.Programme(fmt.Sprintf("fresh %d", made))
				}
				ours = append(ours, round(func(ds []ledger.Draft) error {
					_, err := add(b.Context(), l, p, ds)
					return err
				}))
				raws = append(raws, round(func(ds []ledger.Draft) error { return w.add(b.Context(), p, ds) }))
			}
			rate := func(d time.Duration) float64 { return float64(perRound*size) / d.Seconds() }
			b.ReportMetric(rate(median(ours)), "events/s")
			b.ReportMetric(rate(median(raws)), "raw/s")
			b.ReportMetric(median(raws).Seconds()/median(ours).Seconds(), "ratio")
		})
	}
}

func median(ds []time.Duration) time.Duration {
	slices.Sort(ds)
	return ds[len(ds)/2]
}

// BenchmarkRead reads a log in raw batches, with and without checking the leaves,
// against a plain query of the same rows.
func BenchmarkRead(b *testing.B) {
	pool := durable(b)
	l := ledger.New(pool)
	const total = 100_000
	for n := 0; n < total; n += 5000 {
		mustAdd(b, l, programme, drafts(n, 5000))
	}
	plain := func() int {
		rows, err := pool.Query(b.Context(), `SELECT * FROM ledger.events WHERE programme = $1 ORDER BY position`, programme)
		if err != nil {
			b.Fatal(err)
		}
		defer rows.Close()
		n := 0
		for rows.Next() {
			n += min(1, len(rows.RawValues()))
		}
		if err := rows.Err(); err != nil {
			b.Fatal(err)
		}
		return n
	}
	var buf []events.Recorded
	batches := func(check bool) int {
		n := 0
		for {
			var err error
			if buf, err = l.ReadBatch(b.Context(), programme, events.Position(n), 2000, buf); err != nil {
				b.Fatal(err)
			}
			if len(buf) == 0 {
				return n
			}
			n += len(buf)
			for i := range buf {
				if check && proof.LeafHash(&buf[i]) != buf[i].Leaf {
					b.Fatalf("position %d is altered", buf[i].Position)
				}
			}
		}
	}
	var plains, reads, checks, seqs []time.Duration
	timed := func(to *[]time.Duration, f func() int) {
		start := time.Now()
		if n := f(); n != total {
			b.Fatalf("read %d", n)
		}
		*to = append(*to, time.Since(start))
	}
	for b.Loop() {
		timed(&plains, plain)
		timed(&reads, func() int { return batches(false) })
		timed(&checks, func() int { return batches(true) })
		timed(&seqs, func() int {
			n := 0
			for _, err := range l.Read(b.Context(), programme, 0, 0) {
				if err != nil {
					b.Fatal(err)
				}
				n++
			}
			return n
		})
	}
	b.ReportMetric(total/median(plains).Seconds(), "plain/s")
	b.ReportMetric(total/median(reads).Seconds(), "batch/s")
	b.ReportMetric(median(plains).Seconds()/median(reads).Seconds(), "batch-ratio")
	b.ReportMetric(median(plains).Seconds()/median(checks).Seconds(), "verify-ratio")
	b.ReportMetric(median(plains).Seconds()/median(seqs).Seconds(), "seq-ratio")
}
