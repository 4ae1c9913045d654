package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
)

// Config is one unit. Pool, Ledger, Projection and Programme are required.
type Config struct {
	// Pool has the projector's rights. One of its connections is held for the
	// lease as long as the runner runs.
	Pool       *pgxpool.Pool
	Ledger     *ledger.Ledger
	Projection Projection
	Programme  events.Programme
	// Wake says that there may be something to read. It may be nil.
	Wake <-chan struct{}
	// Poll is how often the runner looks by itself; 1 s if 0.
	Poll time.Duration
	// Batch is the number of events of one transaction; 2000 if 0.
	Batch int
	// Progress is told every position that became visible. It may be nil, and must
	// not block.
	Progress func(events.Position)
	Log      *slog.Logger
}

func (c Config) validate() error {
	if c.Pool == nil || c.Ledger == nil || c.Projection == nil || c.Programme == "" {
		return errors.New("runner: config needs Pool, Ledger, Projection and Programme")
	}
	return nil
}

// Run follows the ledger until the context ends (then it returns nil) or the unit
// cannot go on. Failures of the database are waited out. Errors that trying again
// cannot cure are returned: [IsMismatch], [IsVersion], and events that the fold
// cannot apply.
func Run(ctx context.Context, c Config) error {
	if err := c.validate(); err != nil {
		return err
	}
	c.Poll, c.Batch = cmp.Or(c.Poll, time.Second), cmp.Or(c.Batch, 2000)
	c.Log = cmp.Or(c.Log, slog.New(slog.DiscardHandler))
	for ctx.Err() == nil {
		err := lead(ctx, c)
		switch {
		case err == nil || ctx.Err() != nil:
			return nil
		case !ledger.IsUnavailable(err) && !IsFenced(err):
			return err
		}
		c.Log.WarnContext(ctx, "projection waits", slog.String("projection", c.Projection.Name()),
			slog.String("programme", string(c.Programme)), slog.Any("error", err))
		pause(ctx, c.Poll, nil)
	}
	return nil
}

// lead takes the lease, follows the ledger and gives the lease back.
func lead(ctx context.Context, c Config) error {
	conn, err := c.Pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("runner: lease: %w", err)
	}
	defer conn.Release()
	key := leaseKey(c.Projection.Name(), c.Programme)
	for {
		var got bool
		if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, key).Scan(&got); err != nil {
			return fmt.Errorf("runner: lease: %w", err)
		}
		if got {
			break
		}
		if pause(ctx, c.Poll, nil); ctx.Err() != nil {
			return nil
		}
	}
	defer func() { // the connection goes back to the pool, so the lock must not stay on it
		free, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if _, err := conn.Exec(free, `SELECT pg_advisory_unlock($1)`, key); err != nil {
			_ = conn.Conn().Close(free)
		}
	}()
	return follow(ctx, c)
}

// follow is the loop: read, apply, commit, wait.
func follow(ctx context.Context, c Config) error {
	u := &unit{pool: c.Pool, ledger: c.Ledger, projection: c.Projection, programme: c.Programme}
	if err := u.open(ctx); err != nil {
		return err
	}
	for ctx.Err() == nil {
		n, err := u.step(ctx, c.Batch)
		if err != nil {
			return err
		}
		if c.Progress != nil {
			c.Progress(u.at.position)
		}
		if n < c.Batch {
			pause(ctx, c.Poll, c.Wake)
		}
	}
	return nil
}

// pause waits for a wake-up, the time or the end of the context.
func pause(ctx context.Context, d time.Duration, wake <-chan struct{}) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-wake:
	case <-ctx.Done():
	}
}

// leaseKey is the advisory lock of a unit.
func leaseKey(projection string, p events.Programme) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte("aboveline/unit/" + projection + "/" + string(p)))
	return int64(h.Sum64()) //nolint:gosec // any 64 bits will do
}
