package runner

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// order asks for a new generation of the unit, unless one is being built.
func (u *unit) order(ctx context.Context, reason string) error {
	_, err := u.conn.Exec(ctx, `
		INSERT INTO projections.generations (projection, programme, version, state, phase, attached, attempt, reason)
		VALUES ($1, $2, $3, 'building', $4, false, $5, $6) ON CONFLICT DO NOTHING`,
		u.projection.Name(), string(u.programme), u.projection.Version(), phaseWaiting, u.attempt, reason)
	if err != nil {
		return fmt.Errorf("runner: ask for a new generation: %w", err)
	}
	return nil
}

// retryParked asks for a new generation when an event that is parked can be applied
// by now, as after an upgrade. In a build, every event is met in its place: applied
// late to the rows there are, it would enter the history after events that came
// later.
func (u *unit) retryParked(ctx context.Context) error {
	if len(u.parked) == 0 || u.attempt >= maxAttempts {
		return nil
	}
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	curable := false
	err := pgx.BeginTxFunc(ctx, u.conn, snapshot, func(tx pgx.Tx) (err error) {
		curable, err = u.curable(ctx, tx)
		return err
	})
	if err != nil || !curable {
		return err
	}
	u.attempt++
	err = u.order(ctx, "events that were parked can be applied now")
	u.attempt--
	if err != nil {
		return err
	}
	// The trial is in the fold.
	return pgx.BeginTxFunc(ctx, u.conn, snapshot, func(tx pgx.Tx) error { return u.load(ctx, tx) })
}
