package runner

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
)

// checkpoint is how far the rows of a generation go: the position of the last
// event in them, its leaf hash, and how many events went in. Before the first
// event all three are zero.
type checkpoint struct {
	position events.Position
	leaf     [32]byte
	count    uint64
}

// readCheckpoint is the checkpoint of a generation.
func readCheckpoint(ctx context.Context, tx pgx.Tx, g Generation) (c checkpoint, err error) {
	var leaf []byte
	err = tx.QueryRow(ctx, `SELECT position, leaf, count FROM projections.checkpoints WHERE generation = $1`, g).
		Scan(&c.position, &leaf, &c.count)
	if err != nil {
		return c, fmt.Errorf("runner: checkpoint: %w", err)
	}
	copy(c.leaf[:], leaf)
	return c, nil
}

// move takes the checkpoint of a generation from one place to the next. It locks
// the checkpoint until the transaction ends. [IsFenced] if it is not at from.
func (c checkpoint) move(ctx context.Context, tx pgx.Tx, g Generation, next checkpoint) error {
	tag, err := tx.Exec(ctx, `
		UPDATE projections.checkpoints SET position = $4, leaf = $5, count = $6
		WHERE generation = $1 AND position = $2 AND leaf = $3`,
		g, c.position, c.leaf[:], next.position, next.leaf[:], next.count)
	if err != nil {
		return fmt.Errorf("runner: checkpoint: %w", err)
	}
	if tag.RowsAffected() != 1 {
		return errFenced
	}
	return nil
}
