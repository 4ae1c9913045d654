package runner

import (
	"context"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
)

// beginWrite starts the transaction of a batch. It need not wait for the disk:
// rows and checkpoint are lost together, and made again from the ledger.
const beginWrite = `BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL synchronous_commit = off`

// unit is a projection of a programme while a runner has its lease. It is used
// until its first error.
type unit struct {
	conn       *pgxpool.Conn // the lease's
	ledger     *ledger.Ledger
	projection Projection
	programme  events.Programme

	generation Generation
	attempt    int // of the generation at what is parked
	fold       Fold
	at         checkpoint
	// live says that the generation must be the active one; a builder's is not.
	live bool
	// bulk is the fold while it writes into tables without keys; nil otherwise.
	bulk Bulk

	parked  map[events.Stream]bool
	parking []Parked // since the last commit

	current, ahead batch
}

// open finds or makes the active generation, checks its checkpoint against the
// ledger and loads the fold.
func (u *unit) open(ctx context.Context) error {
	if err := u.activate(ctx); err != nil {
		return err
	}
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return pgx.BeginTxFunc(ctx, u.conn, snapshot, func(tx pgx.Tx) (err error) {
		if u.at, err = readCheckpoint(ctx, tx, u.generation); err != nil {
			return err
		}
		if err := u.check(ctx); err != nil {
			return err
		}
		return u.load(ctx, tx)
	})
}

// load reads the fold, and what is parked.
func (u *unit) load(ctx context.Context, tx pgx.Tx) (err error) {
	u.fold, err = u.projection.Load(ctx, tx, u.generation)
	if err != nil {
		return fmt.Errorf("runner: load %s of programme %s: %w", u.projection.Name(), u.programme, err)
	}
	return u.loadParked(ctx, tx)
}

// check compares the checkpoint with the ledger.
func (u *unit) check(ctx context.Context) error {
	switch {
	case u.at.count != uint64(u.at.position):
		return u.mismatch("%d events were counted up to it", u.at.count)
	case u.at.position == 0 && u.at.leaf != [32]byte{}:
		return u.mismatch("it has leaf %x before the first event", u.at.leaf)
	case u.at.position == 0:
		return nil
	}
	r, ok, err := u.ledger.At(ctx, u.programme, u.at.position)
	switch {
	case err != nil:
		return fmt.Errorf("runner: ledger at checkpoint: %w", err)
	case !ok:
		return u.mismatch("the ledger ends before it; it was rewound")
	case r.Leaf != u.at.leaf:
		return u.mismatch("the event there has leaf %x, the checkpoint has %x", r.Leaf, u.at.leaf)
	}
	return nil
}

func (u *unit) mismatch(format string, args ...any) error {
	return &MismatchError{
		Projection: u.projection.Name(), Programme: u.programme, Position: u.at.position,
		Problem: fmt.Sprintf(format, args...),
	}
}

// step applies the next batch; moved says that rows and checkpoint were written,
// which may be so also when there is an error. Neither means that there was
// nothing to read.
func (u *unit) step(ctx context.Context, limit int) (moved bool, err error) {
	batch, err := u.next(ctx, limit)
	if err != nil {
		return false, err
	}
	// After reading: what follows a checkpoint that the ledger no longer has must
	// not be written.
	if err := u.check(ctx); err != nil {
		return false, err
	}
	to, stop := u.apply(batch)
	if to == u.at || IsMismatch(stop) {
		return false, stop
	}
	var reading sync.WaitGroup
	if len(batch) == limit && stop == nil { // there is more: read it while the rows are written
		reading.Go(func() { u.ahead.read(ctx, u, to.position, limit) })
	}
	err = u.commit(ctx, to)
	reading.Wait()
	if err != nil {
		return false, err
	}
	u.at = to
	return true, stop
}

// next is the batch after the checkpoint: the one read ahead, or a new one. It is
// valid until the next but one is read.
func (u *unit) next(ctx context.Context, limit int) ([]events.Recorded, error) {
	if !u.ahead.ready {
		u.ahead.read(ctx, u, u.at.position, limit)
	}
	u.current, u.ahead = u.ahead, u.current
	u.ahead.ready = false
	return u.current.events, u.current.err
}

// batch is what one read of the ledger gave.
type batch struct {
	events []events.Recorded
	err    error
	ready  bool
}

// read fills the batch with what follows a position, in the memory it has.
func (b *batch) read(ctx context.Context, u *unit, after events.Position, limit int) {
	b.ready = true
	b.events, b.err = u.ledger.ReadBatch(ctx, u.programme, after, limit, b.events)
	if b.err != nil {
		b.err = fmt.Errorf("runner: %w", b.err)
	}
}

// apply takes a batch into the fold up to the first event that does not go in, and
// says how far that is.
func (u *unit) apply(batch []events.Recorded) (next checkpoint, err error) {
	next = u.at
	for n := range batch {
		r := &batch[n]
		if r.Position != next.position+1 {
			return next, u.mismatch("position %d of the ledger is followed by %d", next.position, r.Position)
		}
		if err := u.take(r); err != nil {
			return next, &StopError{
				Projection: u.projection.Name(), Programme: u.programme,
				Position: r.Position, ID: r.ID, Type: r.Type, Err: err,
			}
		}
		next = next.after(r)
	}
	return next, nil
}

// commit writes checkpoint and rows together.
func (u *unit) commit(ctx context.Context, next checkpoint) error {
	err := pgx.BeginTxFunc(ctx, u.conn, pgx.TxOptions{BeginQuery: beginWrite}, func(tx pgx.Tx) error {
		return u.write(ctx, tx, next)
	})
	if IsFenced(err) && u.live {
		if active, aerr := u.isActive(ctx); aerr == nil && !active {
			return errSwitched
		}
	}
	return err
}

// write is what a commit writes.
func (u *unit) write(ctx context.Context, tx pgx.Tx, next checkpoint) (err error) {
	if u.live {
		err = u.at.moveActive(ctx, tx, u.generation, next, u)
	} else {
		err = u.at.move(ctx, tx, u.generation, next)
	}
	if err != nil {
		return err
	}
	if err := u.fold.Flush(ctx, tx, u.generation); err != nil {
		return fmt.Errorf("runner: rows of %s of programme %s: %w", u.projection.Name(), u.programme, err)
	}
	return u.writeParked(ctx, tx)
}

// isActive reports whether readers see the generation of the unit.
func (u *unit) isActive(ctx context.Context) (active bool, err error) {
	err = u.conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM projections.active
		WHERE projection = $1 AND programme = $2 AND generation = $3)`,
		u.projection.Name(), string(u.programme), u.generation).Scan(&active)
	if err != nil {
		return false, fmt.Errorf("runner: active generation: %w", err)
	}
	return active, nil
}

// stillActive fails when another generation is active, or when the session that
// holds the lease is gone, and the lease with it.
func (u *unit) stillActive(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	active, err := u.isActive(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("runner: the lease was lost: %w", err)
	case !active:
		return errSwitched
	}
	return nil
}
