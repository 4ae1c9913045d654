package runner

import (
	"context"
	"crypto/sha256"
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
	// digest is the chain over the leaf hashes of all those events: zero before the
	// first, then SHA-256 (digest, leaf). chained is false where it was not kept from
	// the start.
	digest  [32]byte
	chained bool
	// token is whom the checkpoint lets write.
	token int64
}

// after is the checkpoint one event later.
func (c checkpoint) after(r *events.Recorded) checkpoint {
	c.position, c.leaf, c.count = r.Position, r.Leaf, c.count+1
	if c.chained {
		c.digest = link(c.digest, c.leaf)
	}
	return c
}

// link takes one more leaf into a digest.
func link(digest, leaf [32]byte) [32]byte {
	var both [64]byte
	copy(both[:32], digest[:])
	copy(both[32:], leaf[:])
	return sha256.Sum256(both[:])
}

const checkpointColumns = `position, leaf, count, COALESCE(digest, ''), token`

// scan reads checkpointColumns.
func (c *checkpoint) scan(row pgx.Row) error {
	var leaf, digest []byte
	if err := row.Scan(&c.position, &leaf, &c.count, &digest, &c.token); err != nil {
		return fmt.Errorf("runner: checkpoint: %w", err)
	}
	copy(c.leaf[:], leaf)
	copy(c.digest[:], digest)
	c.chained = len(digest) > 0
	return nil
}

// readCheckpoint is the checkpoint of a generation.
func readCheckpoint(ctx context.Context, tx pgx.Tx, g Generation) (c checkpoint, err error) {
	err = c.scan(tx.QueryRow(ctx, `SELECT `+checkpointColumns+` FROM projections.checkpoints WHERE generation = $1`, g))
	return c, err
}

const moveCheckpoint = `UPDATE projections.checkpoints c SET position = $5, leaf = $6, count = $7, digest = $8`

// move takes the checkpoint of a generation from one place to the next. It locks
// the checkpoint until the transaction ends. [IsFenced] if it is not at from, or
// another builder has taken over.
func (c checkpoint) move(ctx context.Context, tx pgx.Tx, g Generation, next checkpoint) error {
	return c.moved(ctx, tx, moveCheckpoint+`
		WHERE generation = $1 AND position = $2 AND leaf = $3 AND token = $4`, c.args(g, next)...)
}

// moveActive is move for the active generation of a unit, and keeps it the active
// one until the transaction ends. [IsFenced] also if it is not.
func (c checkpoint) moveActive(ctx context.Context, tx pgx.Tx, g Generation, next checkpoint, u *unit) error {
	return c.moved(ctx, tx, moveCheckpoint+`
		FROM (SELECT generation FROM projections.active WHERE projection = $9 AND programme = $10 FOR SHARE) a
		WHERE c.generation = $1 AND a.generation = c.generation AND position = $2 AND leaf = $3 AND token = $4`,
		append(c.args(g, next), u.projection.Name(), string(u.programme))...)
}

func (c checkpoint) args(g Generation, next checkpoint) []any {
	var digest []byte
	if next.chained {
		digest = next.digest[:]
	}
	return []any{g, c.position, c.leaf[:], c.token, next.position, next.leaf[:], next.count, digest}
}

func (c checkpoint) moved(ctx context.Context, tx pgx.Tx, sql string, args ...any) error {
	tag, err := tx.Exec(ctx, sql, args...)
	if err != nil {
		return fmt.Errorf("runner: checkpoint: %w", err)
	}
	if tag.RowsAffected() != 1 {
		return errFenced
	}
	return nil
}
