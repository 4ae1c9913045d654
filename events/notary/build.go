package notary

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/aboveline/aboveline/events"
)

// chunk is how many tiles are made and inserted at once: 16,384 leaves, 0.5 MiB.
const chunk = 64

const insertTiles = `INSERT INTO ledger.tiles (programme, level, n, root, hashes)
SELECT $1, $2, unnest($3::bigint[]), unnest($4::bytea[]), unnest($5::bytea[])`

// build stores the full tiles that a tree of size new has and one of size old has
// not, from the leaves up. The tiles of the old tree are there.
func build(ctx context.Context, tx pgx.Tx, p events.Programme, old, size uint64) error {
	for level := 0; size>>(level*Height) >= Width; level++ {
		from, until := int64(old>>((level+1)*Height)), int64(size>>((level+1)*Height))
		for ; from < until; from += chunk {
			if err := buildChunk(ctx, tx, p, level, from, min(from+chunk, until)); err != nil {
				return err
			}
		}
	}
	return nil
}

// buildChunk makes the tiles of one level from number from up to, and without, until.
func buildChunk(ctx context.Context, tx pgx.Tx, p events.Programme, level int, from, until int64) error {
	n := int(until - from)
	var (
		all []byte
		err error
	)
	if level == 0 {
		all, err = loadHashes(ctx, tx, n*Width, readLeaves, string(p), from*Width, until*Width)
	} else {
		all, err = loadHashes(ctx, tx, n*Width, readRoots, string(p), int16(level-1), from*Width, until*Width)
	}
	if err != nil {
		return fmt.Errorf("%w, of level %d from %d to %d", err, level, from*Width, until*Width)
	}
	const size = Width * sha256.Size
	numbers, roots, hashes := make([]int64, n), make([][]byte, n), make([][]byte, n)
	for i := range n {
		numbers[i] = from + int64(i)
		hashes[i] = all[i*size : (i+1)*size]
		root := TileRoot(hashes[i])
		roots[i] = root[:]
	}
	if _, err := tx.Exec(ctx, insertTiles, string(p), int16(level), numbers, roots, hashes); err != nil {
		return &readError{fmt.Errorf("notary: store tiles: %w", err)}
	}
	return nil
}

// prove checks that the tiles make the tree and that it contains an older one.
func prove(ctx context.Context, tx pgx.Tx, p events.Programme, tree tlog.Tree, older ...tlog.Tree) error {
	r := hashes(ctx, tx, p, tree)
	if _, err := tlog.TreeHash(tree.N, r); err != nil { // the reader checks what it reads
		return fmt.Errorf("the leaves do not make the tree of the head: %w", err)
	}
	for _, o := range older {
		if o.N == 0 {
			continue
		}
		proof, err := tlog.ProveTree(tree.N, o.N, r)
		if err != nil {
			return fmt.Errorf("prove that the tree of size %d contains that of size %d: %w", tree.N, o.N, err)
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, o.N, o.Hash); err != nil {
			return fmt.Errorf("the tree of size %d does not contain the signed one of size %d: %w", tree.N, o.N, err)
		}
	}
	return nil
}
