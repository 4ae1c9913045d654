package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
)

// readNext is not bounded by a last position, so that a gap shows.
const readNext = `SELECT ` + columnNames + ` FROM ledger.events
WHERE programme = $1 AND position > $2 ORDER BY position LIMIT $3`

// Scan reads up to limit events of p after a position in order, within a transaction
// of the caller's, whose snapshot it sees. It says how many there were. The event is
// fn's until it returns: its memory, the data included, is used again. The first
// error of fn ends the scan and is returned as it is.
func Scan(
	ctx context.Context, tx pgx.Tx, p events.Programme, after events.Position, limit int, fn func(r *events.Recorded) error,
) (n int, err error) {
	rows, err := query(ctx, tx, readNext, string(p), int64(after), int64(limit))
	if err != nil {
		return 0, fmt.Errorf("ledger: scan %q after %d: %w", p, after, err)
	}
	defer rows.Close()
	var (
		d decoder
		r events.Recorded
	)
	for rows.Next() {
		if err := d.decode(&r, rows.RawValues(), true); err != nil {
			return n, fmt.Errorf("ledger: scan %q, %d after position %d: %w", p, n+1, after, err)
		}
		n++
		if err := fn(&r); err != nil {
			return n, err
		}
	}
	if err := rows.Err(); err != nil {
		return n, fmt.Errorf("ledger: scan %q after %d: %w", p, after, err)
	}
	return n, nil
}
