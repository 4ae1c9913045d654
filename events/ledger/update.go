package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger/internal/queries"
)

const begin = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"

// Update appends to the log of p: it locks the head, looks up which of ids are
// recorded already, and gives both to fn, which reads what it must and appends
// with [Tx.Append]. What fn appended is committed when fn returns nil; an error of
// fn, which Update returns as it is, or a panic leaves nothing. One Update of a
// programme runs at a time, so fn should not wait for anything but the database.
//
// The ids are those that fn may append. An id that is not among them is refused by
// the database if it is recorded already, and then the whole Update fails with
// IsConflict.
//
// It takes two round trips when fn makes none. Errors: see [IsAmbiguous] (ask
// first), [IsConflict], [IsUnavailable].
func (l *Ledger) Update(
	ctx context.Context, p events.Programme, ids []events.EventID, fn func(ctx context.Context, tx *Tx) error,
) error {
	if err := checkProgramme(p); err != nil {
		return err
	}
	conn, err := l.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("ledger: append to %q: connect: %w", p, err)
	}
	defer conn.Release() // closes it if it is still in a transaction
	t := &Tx{ledger: l, conn: conn, programme: p}
	defer t.rollback(ctx) // does nothing after a commit
	if err := t.begin(ctx, ids); err != nil {
		return fmt.Errorf("ledger: append to %q: %w", p, err)
	}
	if err := fn(ctx, t); err != nil {
		return err
	}
	if err := t.commit(ctx); err != nil {
		return fmt.Errorf("ledger: append to %q: %w", p, err)
	}
	return nil
}

// begin starts the transaction with the lock of the head and the known ids.
func (t *Tx) begin(ctx context.Context, ids []events.EventID) error {
	conn := t.conn.Conn()
	if err := prepare(ctx, conn); err != nil {
		return err
	}
	var b pgx.Batch
	b.Queue(begin)
	b.Queue(queries.Settings)
	found, err := t.lock(ctx, &b, ids)
	if err != nil || found {
		return err
	}
	// The programme's first time. Whoever else creates the row is waited for.
	b = pgx.Batch{}
	b.Queue(queries.CreateHead, string(t.programme))
	if found, err = t.lock(ctx, &b, ids); err == nil && !found {
		err = errors.New("the head row is missing after it was created")
	}
	return err
}

// lock sends b followed by the queries for the head and the ids. The ids are looked
// up by a statement of its own, which sees all that the lock waited for.
func (t *Tx) lock(ctx context.Context, b *pgx.Batch, ids []events.EventID) (found bool, err error) {
	first := b.Len()
	b.Queue(queries.LockHead, string(t.programme))
	if len(ids) > 0 {
		b.Queue(queries.Known, uuids(ids))
	}
	results := t.conn.SendBatch(ctx, b)
	defer func() {
		if closing := results.Close(); err == nil && closing != nil {
			err = fmt.Errorf("lock the head: %w", closing)
		}
	}()
	for range first {
		if _, err := results.Exec(); err != nil {
			return false, fmt.Errorf("begin: %w", err)
		}
	}
	var row queries.LockHeadRow
	err = results.QueryRow().Scan(&row.Position, &row.Leaf, &row.Control, &row.RecordedAt, &row.Frontier)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("lock the head: %w", err)
	}
	t.head = head(row.Position, row.Leaf, row.Control, row.RecordedAt)
	t.stored = row.Frontier
	if len(ids) == 0 {
		return true, nil
	}
	rows, err := results.Query()
	if err != nil {
		return false, fmt.Errorf("look up ids: %w", err)
	}
	t.known, err = scanKnown(rows, t.programme)
	if err != nil {
		return false, fmt.Errorf("look up ids: %w", err)
	}
	return true, nil
}

// uuids are the ids in the form that pgx encodes without asking each for its value.
func uuids(ids []events.EventID) pgtype.FlatArray[pgtype.UUID] {
	all := make(pgtype.FlatArray[pgtype.UUID], len(ids))
	for i, id := range ids {
		all[i] = pgtype.UUID{Bytes: id, Valid: true}
	}
	return all
}

func scanKnown(rows pgx.Rows, p events.Programme) (map[events.EventID]Known, error) {
	defer rows.Close()
	var known map[events.EventID]Known
	for rows.Next() {
		var r queries.KnownRow
		err := rows.Scan(&r.EventID, &r.Programme, &r.Position, &r.Revision, &r.RecordedAt, &r.Digest, &r.Stream)
		if err != nil {
			return nil, err
		}
		if r.Programme != string(p) {
			continue // ids are unique within a programme, and the query asks for the id alone
		}
		if known == nil {
			known = map[events.EventID]Known{}
		}
		k := Known{
			Position: events.Position(r.Position), Revision: events.Revision(r.Revision),
			RecordedAt: r.RecordedAt.UTC(), Stream: events.Stream(r.Stream),
		}
		copy(k.Digest[:], r.Digest)
		known[r.EventID] = k
	}
	return known, rows.Err()
}

// prepare makes the statements of the commit known to a connection, at its first
// Update.
func prepare(ctx context.Context, conn *pgx.Conn) error {
	for _, s := range [...]struct{ name, sql string }{
		{statementInsert, insertEvents}, {statementHead, queries.UpdateHead}, {statementCommit, "COMMIT"},
	} {
		if _, err := conn.Prepare(ctx, s.name, s.sql); err != nil {
			return fmt.Errorf("prepare %s: %w", s.name, err)
		}
	}
	return nil
}

// commit sends what was appended and commits. A transaction that wrote nothing
// ends in a rollback, which does not wait for the disk.
func (t *Tx) commit(ctx context.Context) error {
	if t.failed != nil {
		return t.failed
	}
	if !t.wrote {
		return nil
	}
	if err := t.flush(ctx, true); err != nil {
		return err
	}
	t.over = true
	return nil
}

// rollback ends a transaction that was not committed, also when ctx is done. If
// that fails, the pool closes the connection, and the server does the same.
func (t *Tx) rollback(ctx context.Context) {
	if t.over {
		return
	}
	t.over = true
	conn := t.conn.Conn()
	if conn.IsClosed() || conn.PgConn().TxStatus() == 'I' {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if _, err := conn.Exec(ctx, "ROLLBACK"); err != nil {
		_ = conn.Close(ctx)
	}
}
