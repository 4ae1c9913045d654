package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// activate finds the active generation or makes the first one.
func (u *unit) activate(ctx context.Context) error {
	return pgx.BeginFunc(ctx, u.conn, func(tx pgx.Tx) error {
		var (
			version int
			tables  []string
		)
		err := tx.QueryRow(ctx, `
			SELECT g.generation, g.version, g.tables, g.attempt
			FROM projections.active a JOIN projections.generations g USING (generation)
			WHERE a.projection = $1 AND a.programme = $2`, u.projection.Name(), string(u.programme)).
			Scan(&u.generation, &version, &tables, &u.attempt)
		switch {
		case err == nil && version != u.projection.Version():
			return &versionError{u.projection, u.programme, version, ""}
		case err == nil && len(tables) > 0 && !sameTables(tables, u.projection.Tables()):
			return &versionError{u.projection, u.programme, version, fmt.Sprintf(" with the tables %v", tables)}
		case err == nil:
			return nil
		case !errors.Is(err, pgx.ErrNoRows):
			return fmt.Errorf("runner: active generation: %w", err)
		}
		return u.create(ctx, tx)
	})
}

func sameTables(x, y []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(x)), slices.Sorted(slices.Values(y)))
}

// create makes an empty generation with a partition of each table, and activates
// it.
func (u *unit) create(ctx context.Context, tx pgx.Tx) error {
	if err := actAsProjector(ctx, tx); err != nil {
		return err
	}
	err := tx.QueryRow(ctx, `
		INSERT INTO projections.generations (projection, programme, version, tables, switched_at)
		VALUES ($1, $2, $3, $4, now()) RETURNING generation`,
		u.projection.Name(), string(u.programme), u.projection.Version(), u.projection.Tables()).Scan(&u.generation)
	if err != nil {
		return fmt.Errorf("runner: new generation: %w", err)
	}
	for _, table := range u.projection.Tables() {
		if err := addPartition(ctx, tx, table, u.generation); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, firstCheckpoint, u.generation, make([]byte, 32)); err != nil {
		return fmt.Errorf("runner: first checkpoint: %w", err)
	}
	tag, err := tx.Exec(ctx, `
		INSERT INTO projections.active (projection, programme, generation) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		u.projection.Name(), string(u.programme), u.generation)
	if err != nil {
		return fmt.Errorf("runner: activate: %w", err)
	}
	if tag.RowsAffected() != 1 {
		return errFenced
	}
	return nil
}

const firstCheckpoint = `INSERT INTO projections.checkpoints (generation, position, leaf, count, digest)
	VALUES ($1, 0, $2, 0, $2)`
