package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/bits"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/proof"
)

const readHead = `SELECT position, leaf, control, recorded_at, frontier FROM ledger.logs WHERE programme = $1`

// checkHead compares the head row with what the events make.
func (l *log) checkHead(ctx context.Context) error {
	var (
		position, control int64
		leaf, frontier    []byte
		recordedAt        time.Time
	)
	err := l.tx.QueryRow(ctx, readHead, string(l.programme)).Scan(&position, &leaf, &control, &recordedAt, &frontier)
	differ := func(from, to events.Position, column, expected, found, problem string) {
		l.differ(Difference{
			Position: from, Through: to, Table: tableLogs, Column: column, Expected: expected, Found: found, Problem: problem,
		})
	}
	at := max(l.last, 1)
	if errors.Is(err, pgx.ErrNoRows) {
		if l.last > 0 || l.gap {
			differ(at, at, "programme", "a head row", none, "the programme has events and no head")
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the head: %w", err)
	}
	head := events.Position(position)
	switch {
	case l.gap:
		return nil // the end is not known
	case head > l.last:
		differ(l.last+1, head, "position", fmt.Sprint(head), fmt.Sprint(l.last),
			"events are missing at the end: the head covers them")
		return nil
	case head < l.last:
		differ(head+1, l.last, "position", fmt.Sprint(l.last), fmt.Sprint(head), "there are events beyond the head")
		return nil
	case head == 0:
		return nil
	}
	if !bytes.Equal(leaf, l.lastLeaf[:]) {
		differ(at, at, "leaf", hash(l.lastLeaf), fmt.Sprintf("%x", leaf), "the head has another leaf than the last event")
	}
	if events.Position(control) != l.control {
		differ(at, at, "control", fmt.Sprint(l.control), fmt.Sprint(control),
			"the head names another event as the last control event")
	}
	if !recordedAt.Equal(l.recordedAt) {
		differ(at, at, "recorded_at", l.recordedAt.Format(time.RFC3339Nano), recordedAt.UTC().Format(time.RFC3339Nano),
			"the head has another time than the last event")
	}
	l.checkFrontier(frontier)
	return nil
}

// checkFrontier compares the frontiers subtree by subtree, which tells where.
func (l *log) checkFrontier(stored []byte) {
	made, err := l.frontier.MarshalBinary()
	if err != nil || bytes.Equal(made, stored) {
		return
	}
	d := Difference{
		Position: 1, Through: l.last, Table: tableLogs, Column: "frontier",
		Expected: fmt.Sprintf("%x", stored), Found: fmt.Sprintf("%x", made),
		Problem: "the leaves do not make the frontier that the recorder left",
	}
	var f proof.Frontier
	if err := f.UnmarshalBinary(stored); err != nil || f.Size() != uint64(l.last) {
		d.Position, d.Expected, d.Found = max(l.last, 1), d.Found, d.Expected
		d.Problem = "the frontier of the head is not one of as many leaves"
		l.differ(d)
		return
	}
	const header, size = 9, 32
	var start uint64
	for i := header; i < len(made); i += size {
		left := uint64(l.last) - start
		span := uint64(1) << (bits.Len64(left) - 1)
		if !bytes.Equal(made[i:i+size], stored[i:i+size]) {
			d.Position, d.Through = events.Position(start+1), events.Position(start+span)
			d.Expected, d.Found = fmt.Sprintf("%x", stored[i:i+size]), fmt.Sprintf("%x", made[i:i+size])
			break
		}
		start += span
	}
	l.differ(d)
}

const readClaims = `SELECT inspection FROM ledger.inspections WHERE programme = $1`

// checkClaims looks for inspections with events here that belong to nobody or to
// another programme.
func (l *log) checkClaims(ctx context.Context) error {
	rows, err := l.tx.Query(ctx, readClaims, string(l.programme))
	if err != nil {
		return fmt.Errorf("read the claims: %w", err)
	}
	claimed, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("read the claims: %w", err)
	}
	for _, i := range claimed {
		delete(l.inspected, events.InspectionID(i))
	}
	for i, first := range l.inspected {
		l.differ(Difference{
			Position: first, Table: tableInspections, Column: "programme",
			Expected: fmt.Sprintf("%q for inspection %q", l.programme, i), Found: "another programme or none",
			Problem: "the inspection has events here and does not belong to the programme",
		})
	}
	return nil
}
