package runner

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// switchTo makes the generation the one that readers see. In one transaction it
// stops the unit's runner, reads what that one has read and this one has not, and
// moves the row. Readers do not wait for it, and those that have begun end on the
// generation that they began with.
func (b *builder) switchTo(ctx context.Context) error {
	if err := b.enter(ctx, phaseSwitching); err != nil {
		return err
	}
	// Most of what came in meanwhile, so that the runner is stopped shortly.
	if err := b.read(ctx); err != nil {
		return err
	}
	b.ahead.ready = false
	next := b.at
	err := pgx.BeginFunc(ctx, b.conn, func(tx pgx.Tx) (err error) {
		next, err = b.takeOver(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	b.at = next
	if b.config.step != nil {
		return b.enter(ctx, "")
	}
	return nil
}

// takeOver is the transaction of the switch.
func (b *builder) takeOver(ctx context.Context, tx pgx.Tx) (at checkpoint, err error) {
	var old *Generation
	err = tx.QueryRow(ctx, `SELECT generation FROM projections.active WHERE projection = $1 AND programme = $2 FOR UPDATE`,
		b.projection.Name(), string(b.programme)).Scan(&old)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return at, fmt.Errorf("runner: switch: %w", err)
	}
	if at, err = b.close(ctx, tx, old); err != nil {
		return at, err
	}
	tag, err := tx.Exec(ctx, `
		UPDATE projections.generations SET state = 'active', wanted = false, phase = '', switched_at = now(), ended_at = now()
		WHERE generation = $1 AND (state = 'ready' OR wanted)`, b.generation)
	if err != nil {
		return at, fmt.Errorf("runner: switch: %w", err)
	}
	if tag.RowsAffected() != 1 {
		return at, errFenced
	}
	batch := &pgx.Batch{}
	batch.Queue(`UPDATE projections.generations SET state = 'dropped', ended_at = now(), wanted = false
		WHERE projection = $1 AND programme = $2 AND state = 'previous'`, b.projection.Name(), string(b.programme))
	if old != nil {
		batch.Queue(`UPDATE projections.generations SET state = 'previous' WHERE generation = $1`, *old)
	}
	batch.Queue(`INSERT INTO projections.active (projection, programme, generation) VALUES ($1, $2, $3)
		ON CONFLICT (projection, programme) DO UPDATE SET generation = excluded.generation`,
		b.projection.Name(), string(b.programme), b.generation)
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return at, fmt.Errorf("runner: switch: %w", err)
	}
	return at, nil
}

// close reads what the old generation has read and this one has not, so that no
// figure goes back.
func (b *builder) close(ctx context.Context, tx pgx.Tx, old *Generation) (checkpoint, error) {
	if old == nil {
		return b.at, b.fence(ctx, tx)
	}
	goal, err := readCheckpoint(ctx, tx, *old)
	if err != nil {
		return b.at, err
	}
	from := b.at
	defer func() { b.at = from }() // moves when the transaction is committed
	for b.at.position < goal.position {
		batch, err := b.next(ctx, min(b.config.Batch, int(goal.position-b.at.position)))
		if err != nil {
			return b.at, err
		}
		next, stop := b.apply(batch)
		if stop != nil {
			return b.at, stop
		}
		if next == b.at {
			return b.at, b.mismatch("the ledger ends before position %d, which the active generation has read", goal.position)
		}
		if err := b.write(ctx, tx, next); err != nil {
			return b.at, err
		}
		b.at = next
	}
	return b.at, b.fence(ctx, tx)
}
