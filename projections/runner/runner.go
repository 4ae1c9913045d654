package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
)

// Config is one unit. Pool, Ledger, Projection and Programme are required.
type Config struct {
	// Pool has the projector's rights. One of its connections is held as long as
	// the runner has the lease, and all writing goes through that one. Pool must
	// stay open until Run has returned.
	Pool *pgxpool.Pool
	// Ledger may have a pool of its own.
	Ledger     *ledger.Ledger
	Projection Projection
	Programme  events.Programme
	// Wake says that there may be something to read. A channel with room for one
	// loses none. It may be nil, and must not be closed.
	Wake <-chan struct{}
	// Poll is how often the runner looks by itself, for events, for the lease while
	// another runner has it, and for the database while it is away; 1 s if 0.
	Poll time.Duration
	// Batch is the most events of one transaction; 2000 if 0, at most
	// ledger.MaxBatch.
	Batch int
	// Progress is told the position that readers see: where the runner starts, and
	// then after every batch. It may be nil, and must not block.
	Progress func(events.Position)
	Log      *slog.Logger
}

func (c Config) validate() error {
	switch {
	case c.Pool == nil || c.Ledger == nil || c.Projection == nil || c.Programme == "":
		return errors.New("runner: config needs Pool, Ledger, Projection and Programme")
	case c.Poll < 0:
		return fmt.Errorf("runner: config has Poll %s; it must be positive", c.Poll)
	case c.Batch < 0 || c.Batch > ledger.MaxBatch:
		return fmt.Errorf("runner: config has Batch %d; it must be from 1 to %d", c.Batch, ledger.MaxBatch)
	}
	return nil
}

// Run follows the ledger until the context ends (then it returns nil) or the unit
// cannot go on. Failures of the database are waited out. Errors that trying again
// cannot cure are returned: [IsMismatch], [IsVersion], [IsStop], and those of the
// projection's own rows.
func Run(ctx context.Context, c Config) error {
	if err := c.validate(); err != nil {
		return err
	}
	c.Poll, c.Batch = cmp.Or(c.Poll, time.Second), cmp.Or(c.Batch, 2000)
	c.Log = cmp.Or(c.Log, slog.New(slog.DiscardHandler))
	for ctx.Err() == nil {
		err := lead(ctx, c)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // whatever the end of the context interrupted
		}
		if errors.Is(err, errSwitched) {
			continue
		}
		if !ledger.IsUnavailable(err) && !IsFenced(err) {
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
	l, err := takeLease(ctx, c.Pool, leaseKey(c.Projection.Name(), c.Programme), c.Poll)
	if err != nil {
		return err
	}
	defer l.release(ctx)
	return follow(ctx, c, l)
}

// follow is the loop: read, apply, commit, and wait when there is nothing to read.
func follow(ctx context.Context, c Config, l *lease) error {
	u := &unit{conn: l.conn, ledger: c.Ledger, projection: c.Projection, programme: c.Programme, live: true}
	err := u.open(ctx)
	if outdated, ok := errors.AsType[*versionError](err); ok && outdated.replaceable() {
		return errors.Join(err, u.order(ctx, outdated.Error()))
	}
	if err != nil {
		return err
	}
	if err := u.retryParked(ctx); err != nil {
		return err
	}
	tell := func() {
		if c.Progress != nil {
			c.Progress(u.at.position)
		}
	}
	tell()
	for ctx.Err() == nil {
		moved, err := u.step(ctx, c.Batch)
		if moved {
			tell()
		}
		if err != nil {
			return err
		}
		if moved {
			continue
		}
		if err := u.stillActive(ctx); err != nil {
			return err
		}
		pause(ctx, c.Poll, c.Wake)
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
