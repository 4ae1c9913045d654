package ledger

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/proof"
)

// Statements prepared on a connection.
const (
	statementInsert = "aboveline_insert"
	statementHead   = "aboveline_head"
	statementCommit = "aboveline_commit"
)

const (
	// copyFrom is the number of events from which COPY is no slower than INSERT.
	copyFrom = 20
	// insertBytes is the size from which COPY is used for few events too.
	insertBytes = 1 << 20
	// flushBytes bounds what a transaction holds back before it sends it.
	flushBytes = 16 << 20
	// keepBytes bounds the buffers that are kept for the next transaction.
	keepBytes = 1 << 20
)

// Append gives the drafts the next positions, in their order, and returns them as
// they will be recorded when Update commits. They are sent with the commit, so it
// is Update that fails if an id or a revision is there already ([IsConflict]).
// Append itself fails if a draft cannot be kept ([IsDraft]); then it has appended
// none of them and the transaction goes on. The drafts' data must not change
// before Update returns; nor must what Append returned.
func (t *Tx) Append(ctx context.Context, drafts []Draft) ([]events.Recorded, error) {
	if err := t.usable(); err != nil {
		return nil, err
	}
	size := 0
	for i := range drafts {
		if err := drafts[i].check(i); err != nil {
			return nil, err
		}
		if size += len(drafts[i].Data); size > MaxAppend {
			return nil, &DraftError{
				Index: i, ID: drafts[i].ID, Field: "Data",
				Problem: fmt.Sprintf("brings the append to %d bytes of data, at most %d go at once", size, MaxAppend),
			}
		}
	}
	if len(drafts) == 0 {
		return nil, nil
	}
	if t.head.Position > math.MaxInt64-events.Position(len(drafts)) {
		return nil, fmt.Errorf("ledger: the log of %q is full", t.programme)
	}
	if t.frontier == nil {
		if err := t.openFrontier(); err != nil {
			return nil, err
		}
	}
	recorded := make([]events.Recorded, len(drafts))
	now := t.now()
	for i := range drafts {
		if err := t.place(&recorded[i], &drafts[i], now); err != nil {
			return nil, t.fail("append", err)
		}
	}
	t.pending = append(t.pending, recorded)
	t.pendingCount += len(recorded)
	t.wrote = true
	if t.pendingBytes > flushBytes {
		if err := t.flush(ctx, false); err != nil {
			return nil, err
		}
	}
	return recorded, nil
}

// openFrontier reads the frontier of the head row, which must fit the head.
func (t *Tx) openFrontier() error {
	f := &proof.Frontier{}
	if t.head.Position > 0 {
		if err := f.UnmarshalBinary(t.stored); err != nil {
			return t.fail("read the frontier", err)
		}
	}
	if f.Size() != uint64(t.head.Position) {
		return t.fail("read the frontier",
			fmt.Errorf("it has %d leaves and the head is at position %d: the head row was altered", f.Size(), t.head.Position))
	}
	t.frontier = f
	return nil
}

// now is the time to record: never before that of the last event.
func (t *Tx) now() time.Time {
	now := t.ledger.clock().UTC().Truncate(time.Microsecond)
	if now.Before(t.head.RecordedAt) {
		return t.head.RecordedAt
	}
	return now
}

// place makes d the next event and moves the head on to it.
func (t *Tx) place(r *events.Recorded, d *Draft, now time.Time) error {
	*r = events.Recorded{
		Programme: t.programme, Position: t.head.Position + 1,
		ID: d.ID, Stream: d.Stream, Revision: d.Revision,
		Type: d.Type, TypeVersion: d.TypeVersion,
		OccurredAt: time.UnixMicro(d.OccurredAt.UnixMicro()).UTC(), RecordedAt: now,
		Actor: d.Actor, Team: d.Team, Inspection: d.Inspection, Case: d.Case,
		Causation: d.Causation, Digest: d.Digest, Data: d.Data,
	}
	r.Leaf, t.leaf = proof.AppendLeafHash(t.leaf, r)
	if err := t.frontier.Append(r.Leaf); err != nil {
		return err
	}
	t.head.Position, t.head.Leaf, t.head.RecordedAt = r.Position, r.Leaf, now
	if r.Type.Control() {
		t.head.Control = r.Position
	}
	t.pendingBytes += len(t.leaf)
	return nil
}

// flush sends what was appended and, if commit is set, the new head and COMMIT, all
// in one round trip.
func (t *Tx) flush(ctx context.Context, commit bool) error {
	if t.pendingCount == 0 && !commit {
		return nil
	}
	buf := t.ledger.buffer()
	defer t.ledger.recycle(buf)
	p := pipeline{buf: (*buf)[:0]}
	var want []string
	if n := t.pendingCount; n > 0 {
		want = append(want, t.addEvents(&p, n))
	}
	if commit {
		if t.frontier != nil {
			if err := t.addHead(&p); err != nil {
				return t.fail("append", err)
			}
			want = append(want, "UPDATE 1")
		}
		p.execute(statementCommit)
		want = append(want, "COMMIT")
	}
	tags, sent, answered, err := p.run(ctx, t.conn.Conn().PgConn())
	*buf = p.buf
	t.pending, t.pendingCount, t.pendingBytes = nil, 0, 0
	switch {
	case err == nil:
		err = checkTags(tags, want)
	case sent && !answered && commit:
		err = &ambiguous{err}
	}
	if err != nil {
		return t.fail("append", err)
	}
	return nil
}

// addEvents adds the statement that inserts all pending events, and returns the tag
// that the server will answer with.
func (t *Tx) addEvents(p *pipeline, n int) string {
	if n < copyFrom && t.pendingBytes < insertBytes {
		scratch := t.ledger.buffer()
		defer t.ledger.recycle(scratch)
		params := make([][]byte, 0, columns)
		*scratch, params = appendArrays((*scratch)[:0], params, t.pending, n)
		p.execute(statementInsert, params...)
		return fmt.Sprintf("INSERT 0 %d", n)
	}
	p.add(&pgproto3.Parse{Query: copyEvents})
	p.add(&pgproto3.Bind{})
	p.add(&pgproto3.Execute{})
	for i, rs := range t.pending {
		p.copyData(func(dst []byte) []byte {
			if i == 0 {
				dst = append(dst, copyHeader...)
			}
			dst = appendCopy(dst, rs)
			if i == len(t.pending)-1 {
				dst = append(dst, copyEnd...)
			}
			return dst
		})
	}
	p.add(&pgproto3.CopyDone{})
	return fmt.Sprintf("COPY %d", n)
}

// addHead adds the statement that stores the head; its parameters are in the order
// of queries.UpdateHead.
func (t *Tx) addHead(p *pipeline) error {
	frontier, err := t.frontier.MarshalBinary()
	if err != nil {
		return fmt.Errorf("marshal the frontier: %w", err)
	}
	const prefix = 4 // appendInt64 puts the length first, a parameter comes without
	p.execute(statementHead,
		appendInt64(nil, int64(t.head.Position))[prefix:],
		t.head.Leaf[:],
		appendInt64(nil, int64(t.head.Control))[prefix:],
		appendInt64(nil, t.head.RecordedAt.UnixMicro()-postgresEpoch)[prefix:],
		frontier,
		[]byte(t.programme),
	)
	return nil
}

// checkTags compares what the server says it did with what it was asked.
func checkTags(tags []pgconn.CommandTag, want []string) error {
	if len(tags) != len(want) {
		return fmt.Errorf("the server answered %v, expected %v", tags, want)
	}
	for i, tag := range tags {
		if tag.String() != want[i] {
			return fmt.Errorf("the server answered %q, expected %q", tag, want[i])
		}
	}
	return nil
}

func (l *Ledger) buffer() *[]byte {
	if b, ok := l.buffers.Get().(*[]byte); ok {
		return b
	}
	return new([]byte)
}

func (l *Ledger) recycle(b *[]byte) {
	if cap(*b) <= keepBytes {
		l.buffers.Put(b)
	}
}
