package notary

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aboveline/aboveline/events"
)

// DefaultInterval is how often a head that moves is signed.
const DefaultInterval = 10 * time.Second

// patience is how long a control event (a publication of a framework, an inspection
// that is opened or closed) waits for its checkpoint.
const patience = time.Second

const (
	readAll = `SELECT programme FROM ledger.logs WHERE position > 0
UNION SELECT DISTINCT programme FROM ledger.checkpoints ORDER BY programme`
	readPublished = `SELECT l.programme FROM ledger.logs AS l
WHERE l.control > coalesce((SELECT max(size) FROM ledger.checkpoints AS c WHERE c.programme = l.programme), 0)
ORDER BY l.programme`
)

// Run signs until the context ends, and then returns nil: every interval
// ([DefaultInterval] if 0) whatever head has moved, and within a second whatever
// has a new control event. At every interval it also looks at the heads that have
// not moved, which may have been altered. What fails is logged and tried again.
func (n *Notary) Run(ctx context.Context, interval time.Duration) error {
	if interval <= 0 {
		interval = DefaultInterval
	}
	tick := time.NewTicker(min(interval, patience))
	defer tick.Stop()
	var full time.Time
	for {
		sql := readPublished
		if now := time.Now(); now.Sub(full) >= interval {
			sql, full = readAll, now
		}
		if err := n.round(ctx, sql); err != nil && ctx.Err() == nil {
			n.config.Log.WarnContext(ctx, "checkpoints are late", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// round signs for the programmes that a query names. Contradictions were told by
// Sign.
func (n *Notary) round(ctx context.Context, sql string) error {
	programmes, err := n.programmes(ctx, sql)
	if err != nil {
		return err
	}
	var errs []error
	for _, p := range programmes {
		if _, err := n.Sign(ctx, p); err != nil && !IsContradiction(err) && !IsEmpty(err) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (n *Notary) programmes(ctx context.Context, sql string) ([]events.Programme, error) {
	rows, err := n.config.Pool.Query(ctx, sql)
	if err != nil {
		return nil, fmt.Errorf("notary: list programmes: %w", err)
	}
	defer rows.Close()
	var ps []events.Programme
	for rows.Next() {
		var p string
		if err := rows.Scan(&p); err != nil {
			return nil, fmt.Errorf("notary: list programmes: %w", err)
		}
		ps = append(ps, events.Programme(p))
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("notary: list programmes: %w", err)
	}
	return ps, nil
}
