package notary

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/aboveline/aboveline/events"
)

// The size of tiles (C2SP tlog-tiles).
const (
	// Height is how many levels of the tree a tile spans.
	Height = 8
	// Width is how many hashes a full tile has.
	Width = 1 << Height
)

// querier is a pool, a connection or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

const (
	readTile   = `SELECT hashes FROM ledger.tiles WHERE programme = $1 AND level = $2 AND n = $3`
	readRoots  = `SELECT root FROM ledger.tiles WHERE programme = $1 AND level = $2 AND n >= $3 AND n < $4 ORDER BY n`
	readLeaves = `SELECT leaf FROM ledger.events WHERE programme = $1 AND position > $2 AND position <= $3 ORDER BY position`
)

// planned has a plan made for each query: one that was made when the tables were
// small, and kept, would be wrong when they have grown.
const planned = pgx.QueryExecModeCacheDescribe

// ParseTilePath reads what C2SP tlog-tiles has behind "tile/": "0/x001/234",
// "1/005.p/17". There is one way only to write a tile.
func ParseTilePath(path string) (tlog.Tile, error) {
	level, rest, _ := strings.Cut(path, "/")
	// The library's own paths name the height first, and data tiles instead of entries.
	t, err := tlog.ParseTilePath("tile/" + strconv.Itoa(Height) + "/" + level + "/" + rest)
	if err != nil || t.L < 0 || t.L > 63 {
		return tlog.Tile{}, fmt.Errorf("notary: %q is no tile: a path is <level>/<number>[.p/<width>], such as 0/x001/234",
			path)
	}
	return t, nil
}

// TilePath is the path of a tile as [ParseTilePath] reads it.
func TilePath(t tlog.Tile) string {
	return strings.TrimPrefix(t.Path(), "tile/"+strconv.Itoa(Height)+"/")
}

// within reports whether a tree of this size has the tile in this width.
func within(t tlog.Tile, size uint64) bool {
	if t.L*Height > 63 {
		return false
	}
	have := size >> (t.L * Height)
	return uint64(t.N) <= have/Width && uint64(t.N)*Width+uint64(t.W) <= have
}

// loadTile reads a full tile, or makes a partial one of the leaves or of the roots of
// the tiles below.
func loadTile(ctx context.Context, q querier, p events.Programme, t tlog.Tile) ([]byte, error) {
	first := t.N * Width
	switch {
	case t.W == Width:
		var hashes []byte
		err := q.QueryRow(ctx, readTile, planned, string(p), int16(t.L), t.N).Scan(&hashes)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, fmt.Errorf("notary: the tile %s is missing", TilePath(t))
		}
		if err != nil {
			return nil, &readError{fmt.Errorf("notary: read tile %s: %w", TilePath(t), err)}
		}
		return hashes, nil
	case t.L == 0:
		return loadHashes(ctx, q, t.W, readLeaves, string(p), first, first+int64(t.W))
	default:
		return loadHashes(ctx, q, t.W, readRoots, string(p), int16(t.L-1), first, first+int64(t.W))
	}
}

// loadHashes joins the hashes of a query, of which there must be n.
func loadHashes(ctx context.Context, q querier, n int, sql string, args ...any) ([]byte, error) {
	rows, err := q.Query(ctx, sql, append([]any{planned}, args...)...)
	if err != nil {
		return nil, &readError{fmt.Errorf("notary: read hashes: %w", err)}
	}
	defer rows.Close()
	hashes := make([]byte, 0, n*sha256.Size)
	for rows.Next() {
		var h []byte
		if err := rows.Scan(&h); err != nil {
			return nil, &readError{fmt.Errorf("notary: read hashes: %w", err)}
		}
		hashes = append(hashes, h...)
	}
	if err := rows.Err(); err != nil {
		return nil, &readError{fmt.Errorf("notary: read hashes: %w", err)}
	}
	if len(hashes) != n*sha256.Size {
		return nil, fmt.Errorf("notary: there are %d of %d hashes", len(hashes)/sha256.Size, n)
	}
	return hashes, nil
}

// TileRoot is the root of the tree over the hashes of a full tile; hashes has [Width]
// hashes of 32 bytes.
func TileRoot(hashes []byte) [32]byte {
	var row [Width]tlog.Hash
	for i := range row {
		row[i] = tlog.Hash(hashes[i*sha256.Size : (i+1)*sha256.Size])
	}
	for n := Width / 2; n > 0; n /= 2 {
		for i := range n {
			row[i] = tlog.NodeHash(row[2*i], row[2*i+1])
		}
	}
	return row[0]
}

// tiles reads the tiles of one programme for tlog.TileHashReader, which checks them.
type tiles struct {
	ctx       context.Context //nolint:containedctx // the library's interface has no context
	q         querier
	programme events.Programme
}

// hashes reads the hashes of a tree and checks all of them against its root.
func hashes(ctx context.Context, q querier, p events.Programme, tree tlog.Tree) tlog.HashReader {
	return tlog.TileHashReader(tree, &tiles{ctx: ctx, q: q, programme: p})
}

// Height implements [tlog.TileReader].
func (*tiles) Height() int { return Height }

// ReadTiles implements [tlog.TileReader].
func (t *tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(wanted))
	for i, tile := range wanted {
		var err error
		if data[i], err = loadTile(t.ctx, t.q, t.programme, tile); err != nil {
			return nil, err
		}
	}
	return data, nil
}

// SaveTiles implements [tlog.TileReader].
func (*tiles) SaveTiles([]tlog.Tile, [][]byte) {}
