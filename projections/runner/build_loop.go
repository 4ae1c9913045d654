package runner

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// catchUp reads to the end of the ledger. The rows are then whole, with their keys.
func (b *builder) catchUp(ctx context.Context) error {
	for {
		if err := b.enter(ctx, phaseReading); err != nil {
			return err
		}
		if err := b.read(ctx); err != nil {
			return err
		}
		if b.bulk == nil {
			return nil
		}
		if err := b.enter(ctx, phaseFinishing); err != nil {
			return err
		}
		if err := b.complete(ctx); err != nil {
			return err
		}
	}
}

// read applies batches until there is nothing more to read.
func (b *builder) read(ctx context.Context) error {
	limit := b.config.Batch
	if b.throttle > 0 { // ten times a second, so that the database is not busy in bursts
		limit = min(limit, max(1, b.throttle/10))
	}
	if b.bulk != nil {
		return b.readBulk(ctx, limit)
	}
	began, from := time.Now(), b.at.position
	for {
		moved, err := b.unit.step(ctx, limit)
		if err != nil {
			return err
		}
		if !moved {
			return nil
		}
		if b.config.Progress != nil {
			b.config.Progress(b.at.position)
		}
		if b.config.step != nil {
			if err := b.enter(ctx, phaseReading); err != nil {
				return err
			}
		}
		if b.throttle > 0 {
			if err := b.hold(ctx, began, int(b.at.position-from)); err != nil {
				return err
			}
		}
	}
}

// hold waits until the throttle lets n events be read since a time.
func (b *builder) hold(ctx context.Context, since time.Time, n int) error {
	due := since.Add(time.Duration(n) * time.Second / time.Duration(b.throttle))
	if pause(ctx, time.Until(due), nil); ctx.Err() != nil {
		return fmt.Errorf("runner: build: %w", ctx.Err())
	}
	return nil
}

// complete writes what stands at the end, and gives the tables their keys and their
// place. Until it is committed, nobody can read the rows.
func (b *builder) complete(ctx context.Context) error {
	err := pgx.BeginTxFunc(ctx, b.conn, pgx.TxOptions{BeginQuery: beginWrite}, func(tx pgx.Tx) error {
		if err := b.fence(ctx, tx); err != nil {
			return err
		}
		if err := actAsProjector(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `SET LOCAL maintenance_work_mem = '256MB'`); err != nil { // to sort keys in
			return fmt.Errorf("runner: attach: %w", err)
		}
		if err := b.bulk.Complete(ctx, tx, b.generation); err != nil {
			return fmt.Errorf("rows of %s: %w", b.projection.Name(), err)
		}
		for _, table := range b.projection.Tables() {
			if err := attachBare(ctx, tx, table, b.generation); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `UPDATE projections.generations SET attached = true WHERE generation = $1`, b.generation)
		if err != nil {
			return fmt.Errorf("runner: attach: %w", err)
		}
		return nil
	})
	if err == nil {
		b.bulk, b.attached = nil, true
	}
	return err
}

// fail stores why the generation was not built. A previous one stays what it was.
func (b *builder) fail(ctx context.Context, reason error) error {
	return pgx.BeginFunc(ctx, b.conn, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE projections.generations SET wanted = false, phase = '', reason = $2, ended_at = now(),
				state = CASE state WHEN 'previous' THEN state ELSE 'failed' END
			WHERE generation = $1 AND (state IN ('building', 'ready') OR wanted)`, b.generation, reason.Error())
		if err == nil {
			_, err = tx.Exec(ctx, raiseToken, b.generation)
		}
		if err != nil {
			return fmt.Errorf("runner: store why a build failed: %w", err)
		}
		return nil
	})
}

const raiseToken = `UPDATE projections.checkpoints SET token = token + 1 WHERE generation = $1`
