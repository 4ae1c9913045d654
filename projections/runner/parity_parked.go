package runner

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
)

// checkParked refuses a generation that parks an event which the active one has
// applied: it would say less than is known. What came after the position that the
// active one has reached cannot be compared.
func (b *builder) checkParked(ctx context.Context, tx pgx.Tx, active Generation, at events.Position) error {
	var (
		n     int
		first events.Position
	)
	// On the builder's own connection: the snapshot may be older than its rows.
	was := map[events.Position]bool{}
	for p, err := range readParked(ctx, tx, active, nil) {
		if err != nil {
			return err
		}
		was[p.Position] = true
	}
	now, err := b.parkedPositions(ctx)
	if err != nil {
		return err
	}
	for p := range now {
		if p <= at && !was[p] {
			if n++; first == 0 || p < first {
				first = p
			}
		}
	}
	if n > 0 {
		return disparity("it parks %d events that the active generation %d has applied, the first at position %d",
			n, active, first)
	}
	return nil
}

// parkedPositions are those that the generation built has parked.
func (b *builder) parkedPositions(ctx context.Context) (map[events.Position]bool, error) {
	all := map[events.Position]bool{}
	err := pgx.BeginFunc(ctx, b.conn, func(tx pgx.Tx) error {
		for p, err := range readParked(ctx, tx, b.generation, nil) {
			if err != nil {
				return err
			}
			all[p.Position] = true
		}
		return nil
	})
	return all, err
}

// hasParked reports whether a generation has anything parked.
func (b *builder) hasParked(ctx context.Context, tx pgx.Tx, g Generation) (has bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM projections.parked WHERE generation = $1)`, g).Scan(&has)
	if err != nil {
		return false, fmt.Errorf("runner: parked: %w", err)
	}
	return has, nil
}
