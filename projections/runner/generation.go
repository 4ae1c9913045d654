package runner

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// projectorRole owns the partitions, whoever makes them.
const projectorRole = "aboveline_projector"

// activate finds the active generation or makes the first one.
func (u *unit) activate(ctx context.Context) error {
	return pgx.BeginFunc(ctx, u.conn, func(tx pgx.Tx) error {
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
	if _, err := tx.Exec(ctx, `SET LOCAL ROLE `+projectorRole); err != nil {
		return fmt.Errorf("runner: new generation: the login must be a member of %s: %w", projectorRole, err)
	}
	err := tx.QueryRow(ctx, `
		INSERT INTO projections.generations (projection, programme, version) VALUES ($1, $2, $3) RETURNING generation`,
		u.projection.Name(), string(u.programme), u.projection.Version()).Scan(&u.generation)
	if err != nil {
		return fmt.Errorf("runner: new generation: %w", err)
	}
	for _, table := range u.projection.Tables() {
		if err := addPartition(ctx, tx, table, u.generation); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `INSERT INTO projections.checkpoints (generation, position, leaf, count) VALUES ($1, 0, $2, 0)`,
		u.generation, make([]byte, 32))
	if err != nil {
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

// addPartition makes the partition of a table for a generation. It is attached
// when it is ready, which readers of the table do not wait for and which does not
// wait for them; CREATE TABLE … PARTITION OF would lock all of them out.
func addPartition(ctx context.Context, tx pgx.Tx, table string, g Generation) error {
	parent := pgx.Identifier{"projections", table}.Sanitize()
	part := pgx.Identifier{"projections", fmt.Sprintf("%s_%d", table, g)}.Sanitize()
	for _, sql := range []string{
		fmt.Sprintf(`CREATE TABLE %s (LIKE %s INCLUDING ALL)`, part, parent),
		fmt.Sprintf(`ALTER TABLE %s ATTACH PARTITION %s FOR VALUES IN (%d)`, parent, part, g),
	} {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return fmt.Errorf("runner: partition %s: %w", part, err)
		}
	}
	return nil
}
