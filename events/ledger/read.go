package ledger

import (
	"context"
	"fmt"
	"iter"
	"math"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger/internal/queries"
)

const (
	// batchSize is how many events a sequence reads ahead, batchBytes how much data.
	batchSize  = 2000
	batchBytes = 8 << 20
	// MaxBatch is the most that ReadBatch returns at once.
	MaxBatch = 10_000
)

// readPrefixes is the query of [Tx.ReadStreams]; sqlc cannot parse it. OFFSET 0
// keeps each prefix a range of the index on the stream.
const readPrefixes = `SELECT ` + columnNames + `
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS p (lower, upper, n), LATERAL (
	SELECT * FROM ledger.events
	WHERE stream >= p.lower AND stream < p.upper AND programme || '' = $3
	OFFSET 0
) AS e
ORDER BY p.n, e.position`

// Read reads the events of p after a position in order, at most limit of them, or
// all there are if limit is 0. It reads the next batch while the consumer works on
// the one before, and holds a connection for that only. Each event's data is the
// consumer's to keep. It ends after its first error.
func (l *Ledger) Read(
	ctx context.Context, p events.Programme, after events.Position, limit int,
) iter.Seq2[events.Recorded, error] {
	return func(yield func(events.Recorded, error) bool) {
		if limit <= 0 {
			limit = math.MaxInt
		}
		ctx, cancel := context.WithCancel(ctx)
		next := l.page(ctx, p, after, limit)
		defer func() { cancel(); <-next }() // a consumer that stops early leaves nothing behind
		for {
			got := <-next
			if got.err != nil {
				next = closed
				yield(events.Recorded{}, fmt.Errorf("ledger: read %q after %d: %w", p, after, got.err))
				return
			}
			limit -= len(got.batch.events)
			if !got.full || limit == 0 {
				next = closed
				got.batch.each(yield)
				return
			}
			after = got.batch.events[len(got.batch.events)-1].Position
			next = l.page(ctx, p, after, limit)
			if !got.batch.each(yield) {
				return
			}
		}
	}
}

// page is a batch that was read ahead.
type page struct {
	batch batch
	full  bool // there may be more
	err   error
}

// closed is the channel of no page.
var closed = func() chan page { c := make(chan page); close(c); return c }()

// page starts reading a batch; the channel gets it and is closed.
func (l *Ledger) page(ctx context.Context, p events.Programme, after events.Position, limit int) chan page {
	c := make(chan page, 1)
	go func() {
		defer close(c)
		var got page
		want := min(limit, batchSize)
		got.full, got.err = got.batch.fetch(ctx, l.pool, want, queries.ReadRange, rangeArgs(p, after, want)...)
		c <- got
	}()
	return c
}

// ReadBatch reads up to limit events of p after a position, in order, into dst,
// and returns them; limit is at least 1 and at most [MaxBatch]. It overwrites dst
// from its start and reuses the memory of its elements, their data included, so
// what an earlier call with the same dst returned is gone. It may return fewer than
// limit where the data is large; none means that there are no more.
func (l *Ledger) ReadBatch(
	ctx context.Context, p events.Programme, after events.Position, limit int, dst []events.Recorded,
) ([]events.Recorded, error) {
	if limit < 1 || limit > MaxBatch {
		return dst[:0], fmt.Errorf("ledger: read a batch of %d: it must be from 1 to %d", limit, MaxBatch)
	}
	b := batch{events: dst, reuse: true}
	if _, err := b.fetch(ctx, l.pool, limit, queries.ReadRange, rangeArgs(p, after, limit)...); err != nil {
		return b.events[:0], fmt.Errorf("ledger: read %q after %d: %w", p, after, err)
	}
	return b.events, nil
}

// ReadStream reads the events of one stream in the order of their revisions, as
// [Ledger.Read] does.
func (l *Ledger) ReadStream(
	ctx context.Context, p events.Programme, s events.Stream,
) iter.Seq2[events.Recorded, error] {
	return l.pages(ctx, "stream", func(last *events.Recorded) (string, []any) {
		return queries.ReadStream, []any{string(s), int32(last.Revision), string(p), int32(batchSize)}
	})
}

// ReadInspection reads the events of one inspection in the order of their
// positions, as [Ledger.Read] does. It goes through the log of the programme, whose
// other events the database leaves out.
func (l *Ledger) ReadInspection(
	ctx context.Context, p events.Programme, i events.InspectionID,
) iter.Seq2[events.Recorded, error] {
	return l.pages(ctx, "inspection", func(last *events.Recorded) (string, []any) {
		return queries.ReadInspection, []any{string(p), int64(last.Position), string(i), int32(batchSize)}
	})
}

// ReadType reads the events of one type in the order of their positions, as
// [Ledger.Read] does. Control events have an index; for other types it goes
// through the log of the programme.
func (l *Ledger) ReadType(
	ctx context.Context, p events.Programme, t events.Type,
) iter.Seq2[events.Recorded, error] {
	sql := queries.ReadType
	if t.Control() {
		sql = queries.ReadControlType
	}
	return l.pages(ctx, "type", func(last *events.Recorded) (string, []any) {
		return sql, []any{string(p), int64(last.Position), string(t), int32(batchSize)}
	})
}

// ByID is the event of p with this id; false if there is none.
func (l *Ledger) ByID(ctx context.Context, p events.Programme, id events.EventID) (events.Recorded, bool, error) {
	return l.one(ctx, queries.ReadID, id, string(p))
}

// At is the event at a position of p; false if the log is shorter.
func (l *Ledger) At(ctx context.Context, p events.Programme, at events.Position) (events.Recorded, bool, error) {
	if at == 0 {
		return events.Recorded{}, false, nil
	}
	return l.one(ctx, queries.ReadRange, rangeArgs(p, at-1, 1)...)
}

func (l *Ledger) one(ctx context.Context, sql string, args ...any) (events.Recorded, bool, error) {
	var b batch
	if _, err := b.fetch(ctx, l.pool, 1, sql, args...); err != nil {
		return events.Recorded{}, false, fmt.Errorf("ledger: read an event: %w", err)
	}
	if len(b.events) == 0 {
		return events.Recorded{}, false, nil
	}
	return b.events[0], true, nil
}

// rangeArgs are the parameters of queries.ReadRange for n positions after one;
// positions end with the int64s.
func rangeArgs(p events.Programme, after events.Position, n int) []any {
	from := min(after, math.MaxInt64)
	until := from + min(events.Position(n), math.MaxInt64-from)
	return []any{string(p), int64(from), int64(until)}
}

// pages reads batch after batch by a query that goes on from the last event.
func (l *Ledger) pages(
	ctx context.Context, what string, next func(last *events.Recorded) (sql string, args []any),
) iter.Seq2[events.Recorded, error] {
	return func(yield func(events.Recorded, error) bool) {
		var (
			b    batch
			last events.Recorded
		)
		for {
			sql, args := next(&last)
			full, err := b.fetch(ctx, l.pool, batchSize, sql, args...)
			if err != nil {
				yield(events.Recorded{}, fmt.Errorf("ledger: read by %s: %w", what, err))
				return
			}
			if !b.each(yield) || !full {
				return
			}
			last = b.events[len(b.events)-1]
		}
	}
}

// querier is a pool or a connection.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// batch is what was read ahead.
type batch struct {
	events []events.Recorded
	reuse  bool // of the memory of events
	decode decoder
}

// fetch replaces the batch by the rows of a query. It stops early when it has a lot
// of data; full says that there may be more rows after the last.
func (b *batch) fetch(ctx context.Context, q querier, want int, sql string, args ...any) (full bool, err error) {
	b.events = b.events[:0]
	rows, err := query(ctx, q, sql, args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	size := 0
	for rows.Next() {
		n := len(b.events)
		if n < cap(b.events) {
			b.events = b.events[:n+1]
		} else {
			b.events = append(b.events, events.Recorded{})
		}
		r := &b.events[n]
		if err := b.decode.decode(r, rows.RawValues(), b.reuse); err != nil {
			return false, err
		}
		if size += len(r.Data); size > batchBytes {
			return true, nil
		}
	}
	return len(b.events) == want, rows.Err()
}

func (b *batch) each(yield func(events.Recorded, error) bool) bool {
	for i := range b.events {
		if !yield(b.events[i], nil) {
			return false
		}
	}
	return true
}

// each yields the rows of a query as they come.
func each(
	ctx context.Context, q querier, yield func(events.Recorded, error) bool, sql string, args ...any,
) error {
	rows, err := query(ctx, q, sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var d decoder
	for rows.Next() {
		var r events.Recorded
		if err := d.decode(&r, rows.RawValues(), false); err != nil {
			return err
		}
		if !yield(r, nil) {
			return nil
		}
	}
	return rows.Err()
}

// query asks for rows in binary format. The plan is made anew each time: one that
// was made when the table was small, and kept, would be wrong when it has grown.
func query(ctx context.Context, q querier, sql string, args ...any) (pgx.Rows, error) {
	all := append([]any{pgx.QueryExecModeCacheDescribe, pgx.QueryResultFormats{1}}, args...)
	return q.Query(ctx, sql, all...) //nolint:rowserrcheck // checked by who reads the rows
}

// Surrogates are no characters, so no string holds what is between these two.
const (
	beforeSurrogates = '\uD7FF'
	afterSurrogates  = '\uE000'
)

// prefixEnd is the least string greater than all that start with prefix, in the
// order of bytes; false if there is none.
func prefixEnd(prefix string) (string, bool) {
	for prefix != "" {
		last, size := utf8.DecodeLastRuneInString(prefix)
		prefix = prefix[:len(prefix)-size]
		switch {
		case last == utf8.MaxRune, last == utf8.RuneError && size == 1:
			continue // nothing is greater at this place; no stream holds what is not UTF-8
		case last == beforeSurrogates:
			last = afterSurrogates
		default:
			last++
		}
		return prefix + string(last), true
	}
	return "", false
}
