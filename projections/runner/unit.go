package runner

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/ledger"
)

// unit is a projection of a programme while a runner has its lease.
type unit struct {
	pool       *pgxpool.Pool
	ledger     *ledger.Ledger
	projection Projection
	programme  events.Programme

	generation Generation
	fold       Fold
	at         checkpoint
	buffer     []events.Recorded
}

// checkpoint is how far the rows of a generation go.
type checkpoint struct {
	position events.Position
	leaf     [32]byte
	count    uint64
}

// open finds or makes the active generation, checks its checkpoint against the
// ledger and loads the fold.
func (u *unit) open(ctx context.Context) error {
	if err := u.activate(ctx); err != nil {
		return err
	}
	return pgx.BeginTxFunc(ctx, u.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		var leaf []byte
		err := tx.QueryRow(ctx, `SELECT position, leaf, count FROM projections.checkpoints WHERE generation = $1`,
			u.generation).Scan(&u.at.position, &leaf, &u.at.count)
		if err != nil {
			return fmt.Errorf("runner: checkpoint: %w", err)
		}
		copy(u.at.leaf[:], leaf)
		if err := u.check(ctx); err != nil {
			return err
		}
		u.fold, err = u.projection.Load(ctx, tx, u.generation)
		if err != nil {
			return fmt.Errorf("runner: load %s of programme %s: %w", u.projection.Name(), u.programme, err)
		}
		return nil
	})
}

// activate finds the active generation or makes the first one.
func (u *unit) activate(ctx context.Context) error {
	return pgx.BeginFunc(ctx, u.pool, func(tx pgx.Tx) error {
		var version int
		err := tx.QueryRow(ctx, `
			SELECT g.generation, g.version FROM projections.active a JOIN projections.generations g USING (generation)
			WHERE a.projection = $1 AND a.programme = $2`, u.projection.Name(), string(u.programme)).
			Scan(&u.generation, &version)
		switch {
		case err == nil && version != u.projection.Version():
			return fmt.Errorf("%w: %s of programme %s is version %d, this release makes version %d",
				errVersion, u.projection.Name(), u.programme, version, u.projection.Version())
		case err == nil:
			return nil
		case !errors.Is(err, pgx.ErrNoRows):
			return fmt.Errorf("runner: active generation: %w", err)
		}
		return u.create(ctx, tx)
	})
}

// create makes an empty generation with a partition of each table, and activates
// it.
func (u *unit) create(ctx context.Context, tx pgx.Tx) error {
	err := tx.QueryRow(ctx, `
		INSERT INTO projections.generations (projection, programme, version) VALUES ($1, $2, $3) RETURNING generation`,
		u.projection.Name(), string(u.programme), u.projection.Version()).Scan(&u.generation)
	if err != nil {
		return fmt.Errorf("runner: new generation: %w", err)
	}
	for _, table := range u.projection.Tables() {
		part := pgx.Identifier{"projections", fmt.Sprintf("%s_%d", table, u.generation)}.Sanitize()
		parent := pgx.Identifier{"projections", table}.Sanitize()
		if _, err := tx.Exec(ctx, fmt.Sprintf(
			`CREATE TABLE %s PARTITION OF %s FOR VALUES IN (%d)`, part, parent, u.generation)); err != nil {
			return fmt.Errorf("runner: partition %s: %w", part, err)
		}
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO projections.checkpoints (generation, position, leaf, count) VALUES ($1, 0, $2, 0)`,
		u.generation, make([]byte, 32)); err != nil {
		return fmt.Errorf("runner: first checkpoint: %w", err)
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO projections.active (projection, programme, generation) VALUES ($1, $2, $3)`,
		u.projection.Name(), string(u.programme), u.generation); err != nil {
		return fmt.Errorf("runner: activate: %w", err)
	}
	return nil
}

// check compares the checkpoint with the ledger.
func (u *unit) check(ctx context.Context) error {
	mismatch := func(format string, args ...any) error {
		return &MismatchError{u.projection.Name(), u.programme, u.at.position, fmt.Sprintf(format, args...)}
	}
	if u.at.count != uint64(u.at.position) {
		return mismatch("%d events were counted up to it", u.at.count)
	}
	if u.at.position == 0 {
		return nil
	}
	r, ok, err := u.ledger.At(ctx, u.programme, u.at.position)
	switch {
	case err != nil:
		return fmt.Errorf("runner: ledger at checkpoint: %w", err)
	case !ok:
		return mismatch("the ledger has no such position; it was rewound")
	case r.Leaf != u.at.leaf:
		return mismatch("the event there has leaf %x, the checkpoint has %x", r.Leaf, u.at.leaf)
	}
	return nil
}

// step applies the next batch; it returns the number of events.
func (u *unit) step(ctx context.Context, limit int) (int, error) {
	var err error
	u.buffer, err = u.ledger.ReadBatch(ctx, u.programme, u.at.position, limit, u.buffer[:0])
	if err != nil || len(u.buffer) == 0 {
		return 0, err
	}
	next := u.at
	for n := range u.buffer {
		r := &u.buffer[n]
		if r.Position != next.position+1 {
			return 0, fmt.Errorf("runner: after position %d of programme %s the ledger gave %d",
				next.position, u.programme, r.Position)
		}
		e, err := codec.Decode(r.Kind(), r.Data)
		if err != nil {
			return 0, fmt.Errorf("runner: position %d of programme %s: %w", r.Position, u.programme, err)
		}
		if err := u.fold.Apply(r, e); err != nil {
			return 0, fmt.Errorf("runner: %s of programme %s: %w", u.projection.Name(), u.programme, err)
		}
		next = checkpoint{r.Position, r.Leaf, next.count + 1}
	}
	if err := u.commit(ctx, next); err != nil {
		return 0, err
	}
	u.at = next
	return len(u.buffer), nil
}

// commit writes rows and checkpoint together.
func (u *unit) commit(ctx context.Context, next checkpoint) error {
	return pgx.BeginFunc(ctx, u.pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			UPDATE projections.checkpoints SET position = $3, leaf = $4, count = $5
			WHERE generation = $1 AND position = $2`,
			u.generation, u.at.position, next.position, next.leaf[:], next.count)
		if err != nil {
			return fmt.Errorf("runner: checkpoint: %w", err)
		}
		if tag.RowsAffected() != 1 {
			return errFenced
		}
		if err := u.fold.Flush(ctx, tx, u.generation); err != nil {
			return fmt.Errorf("runner: rows of %s of programme %s: %w", u.projection.Name(), u.programme, err)
		}
		return nil
	})
}
