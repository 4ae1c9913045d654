package notary

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/checkpoint"
)

// Log reads checkpoints, tiles and proofs with the rights of aboveline_reader or
// aboveline_notary. It is safe for concurrent use.
type Log struct{ q querier }

// NewLog reads from a pool, which stays the caller's to close.
func NewLog(pool *pgxpool.Pool) *Log { return &Log{pool} }

const (
	readCheckpoint = `SELECT c.note, ARRAY(
	SELECT line FROM ledger.cosignatures WHERE programme = c.programme AND size = c.size ORDER BY witness
) FROM ledger.checkpoints AS c WHERE c.programme = $1`
	readLatest = readCheckpoint + ` ORDER BY c.size DESC LIMIT 1`
	readAt     = readCheckpoint + ` AND c.size = $2`
)

// Latest is the newest checkpoint of p with its witnesses' lines, as stored: whoever
// relies on it verifies it. IsEmpty if there is none.
func (l *Log) Latest(ctx context.Context, p events.Programme) (checkpoint.Signed, error) {
	return l.checkpoint(ctx, p, readLatest, string(p))
}

// At is the checkpoint of p at a size, likewise.
func (l *Log) At(ctx context.Context, p events.Programme, size uint64) (checkpoint.Signed, error) {
	return l.checkpoint(ctx, p, readAt, string(p), int64(size))
}

func (l *Log) checkpoint(ctx context.Context, p events.Programme, sql string, args ...any) (checkpoint.Signed, error) {
	var (
		note  string
		lines []string
	)
	err := l.q.QueryRow(ctx, sql, args...).Scan(&note, &lines)
	if errors.Is(err, pgx.ErrNoRows) {
		return checkpoint.Signed{}, fmt.Errorf("notary: checkpoint of %q: %w", p, errEmpty)
	}
	if err != nil {
		return checkpoint.Signed{}, fmt.Errorf("notary: read a checkpoint of %q: %w", p, err)
	}
	cosignatures := make([]checkpoint.Cosignature, len(lines))
	for i, line := range lines {
		cosignatures[i].Line = line
	}
	return checkpoint.Parse(checkpoint.Attach([]byte(note), cosignatures))
}

// Tile is a tile of the tree that c is the head of: W × 32 bytes. A full tile is the
// same for every tree that has it, a partial one for every tree that has it in this
// width. IsOutside if the tree has not.
func (l *Log) Tile(ctx context.Context, c checkpoint.Checkpoint, t tlog.Tile) ([]byte, error) {
	if t.H != Height || !within(t, c.Size) {
		return nil, fmt.Errorf("notary: tile %s: %w of size %d", TilePath(t), errOutside, c.Size)
	}
	return loadTile(ctx, l.q, c.Programme, t)
}

// Inclusion proves that the event at a position is in the tree of c: the hashes for
// tlog.CheckRecord, together with the event's leaf. IsOutside if the tree ends before.
func (l *Log) Inclusion(
	ctx context.Context, c checkpoint.Checkpoint, at events.Position,
) (leaf [32]byte, path tlog.RecordProof, err error) {
	if at == 0 || uint64(at) > c.Size {
		return leaf, nil, fmt.Errorf("notary: position %d: %w of size %d", at, errOutside, c.Size)
	}
	r := hashes(ctx, l.q, c.Programme, tlog.Tree{N: int64(c.Size), Hash: c.Root})
	index := int64(at) - 1
	if path, err = tlog.ProveRecord(int64(c.Size), index, r); err == nil {
		var found []tlog.Hash
		if found, err = r.ReadHashes([]int64{tlog.StoredHashIndex(0, index)}); err == nil {
			leaf = found[0]
		}
	}
	if err != nil {
		return leaf, nil, failed(c, err)
	}
	return leaf, path, nil
}

// Consistency proves that the tree of c contains the first from leaves of it as they
// were: the hashes for tlog.CheckTree. IsOutside if from is 0 or beyond c.
func (l *Log) Consistency(ctx context.Context, c checkpoint.Checkpoint, from uint64) (tlog.TreeProof, error) {
	if from == 0 || from > c.Size {
		return nil, fmt.Errorf("notary: size %d: %w of size %d", from, errOutside, c.Size)
	}
	r := hashes(ctx, l.q, c.Programme, tlog.Tree{N: int64(c.Size), Hash: c.Root})
	path, err := tlog.ProveTree(int64(c.Size), int64(from), r)
	if err != nil {
		return nil, failed(c, err)
	}
	return path, nil
}

// failed tells what the database said from what does not hash to the root.
func failed(c checkpoint.Checkpoint, err error) error {
	if read, ok := errors.AsType[*readError](err); ok {
		return read.err
	}
	return &contradiction{c.Programme, fmt.Sprintf("its hashes do not make the checkpoint of size %d", c.Size), err}
}
