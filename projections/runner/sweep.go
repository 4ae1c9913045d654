package runner

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// sweep removes the rows of generations of the unit that are no longer kept. What
// is in use, or being removed by another, is left for the next time.
func sweep(ctx context.Context, c BuildConfig, conn *pgxpool.Conn) error {
	rows, err := conn.Query(ctx, `SELECT generation, tables FROM projections.generations
		WHERE projection = $1 AND programme = $2 AND state IN ('failed', 'dropped') AND NOT cleared ORDER BY generation`,
		c.Projection.Name(), string(c.Programme))
	if err != nil {
		return fmt.Errorf("runner: what to remove: %w", err)
	}
	type refuse struct {
		Generation Generation
		Tables     []string
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[refuse])
	if err != nil {
		return fmt.Errorf("runner: what to remove: %w", err)
	}
	for _, one := range all {
		if c.step != nil {
			if err := c.step(ctx, "removing"); err != nil {
				return err
			}
		}
		if err := wipe(ctx, conn, one.Generation, one.Tables); err != nil && !isBusy(err) {
			return err
		}
	}
	return nil
}

// clear removes the rows of a generation.
func wipe(ctx context.Context, conn *pgxpool.Conn, g Generation, tables []string) error {
	var got bool
	if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, sweepLock).Scan(&got); err != nil {
		return fmt.Errorf("runner: remove: %w", err)
	}
	if !got {
		return nil
	}
	// A session that cannot give the lock back is no longer there, nor is the lock.
	defer func() {
		_, _ = conn.Exec(context.WithoutCancel(ctx), `RESET statement_timeout; RESET lock_timeout`)
		_, _ = conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, sweepLock)
	}()
	// A read that takes longer keeps the rows until the next time.
	if _, err := conn.Exec(ctx, `SET statement_timeout = '10s'; SET lock_timeout = '5s'`); err != nil {
		return fmt.Errorf("runner: remove: %w", err)
	}
	for _, table := range tables {
		if err := dropPartition(ctx, conn, table, g); err != nil {
			return err
		}
	}
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		for _, sql := range []string{
			`DELETE FROM projections.parked WHERE generation = $1`,
			`DELETE FROM projections.checkpoints WHERE generation = $1`,
			`UPDATE projections.generations SET cleared = true WHERE generation = $1`,
		} {
			if _, err := tx.Exec(ctx, sql, g); err != nil {
				return fmt.Errorf("runner: remove: %w", err)
			}
		}
		return nil
	})
}
