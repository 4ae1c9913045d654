package verify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/notary"
)

// levels is how many levels of tiles there can be.
const levels = 8

// tile is one as stored or as made.
type tile struct {
	level  int
	n      uint64
	root   [32]byte
	hashes []byte
}

// positions is the range of positions under a tile.
func (t tile) positions() (first, last events.Position) {
	span := events.Position(1) << (notary.Height * (t.level + 1))
	return events.Position(t.n)*span + 1, events.Position(t.n+1) * span
}

// tree makes tiles of leaves.
type tree struct {
	signed uint64          // events under the last stored checkpoint
	stored map[uint64]tile // of level 0, of this window
	open   [levels][]byte  // hashes of the tile that is being filled, by level
	made   [levels]uint64  // full tiles so far
	higher []tile          // made in this window, of level 1 and above
	seen   [levels]uint64  // tiles that were there and compared
	wrong  bool            // a tile differs: those above differ too
}

// leafAt is the leaf that the stored tiles of this window have for a position.
func (t *tree) leafAt(p events.Position) (leaf [32]byte, ok bool) {
	s, ok := t.stored[uint64(p-1)/notary.Width]
	if !ok {
		return leaf, false
	}
	i := uint64(p-1) % notary.Width * sha256.Size
	return [32]byte(s.hashes[i : i+sha256.Size]), true
}

const readTiles = `SELECT n, root, hashes FROM ledger.tiles
WHERE programme = $1 AND level = $2 AND n >= $3 AND n < $4 ORDER BY n`

// loadTiles reads the tiles of level 0 of the next window.
func (l *log) loadTiles(ctx context.Context) error {
	from := int64(l.last) / notary.Width
	l.tree.stored = map[uint64]tile{}
	rows, err := l.tx.Query(ctx, readTiles, string(l.programme), 0, from, from+window/notary.Width)
	if err != nil {
		return fmt.Errorf("read tiles: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var (
			n            int64
			root, hashes []byte
		)
		if err := rows.Scan(&n, &root, &hashes); err != nil {
			return fmt.Errorf("read tiles: %w", err)
		}
		l.tree.stored[uint64(n)] = storedTile(0, uint64(n), root, hashes)
	}
	return rows.Err()
}

// storedTile is a tile as it was read; one that has not the size of a tile is as good
// as one of zeros.
func storedTile(level int, n uint64, root, hashes []byte) tile {
	t := tile{level: level, n: n, hashes: make([]byte, notary.Width*sha256.Size)}
	if len(root) == sha256.Size && len(hashes) == len(t.hashes) {
		t.root, t.hashes = [32]byte(root), hashes
	}
	return t
}

// addLeaf adds the next leaf and closes the tiles that it fills.
func (l *log) addLeaf(leaf [32]byte) {
	for level := range levels {
		l.tree.open[level] = append(l.tree.open[level], leaf[:]...)
		if len(l.tree.open[level]) < notary.Width*sha256.Size {
			return
		}
		made := tile{level: level, n: l.tree.made[level], hashes: l.tree.open[level], root: notary.TileRoot(l.tree.open[level])}
		l.tree.made[level]++
		if level == 0 {
			stored, ok := l.tree.stored[made.n]
			l.compare(made, stored, ok)
			l.tree.open[level] = l.tree.open[level][:0]
		} else {
			l.tree.higher = append(l.tree.higher, made)
			l.tree.open[level] = nil
		}
		leaf = made.root
	}
}

// compareHigher compares the tiles above level 0 that this window filled.
func (l *log) compareHigher(ctx context.Context) error {
	for _, made := range l.tree.higher {
		var (
			n            int64
			root, hashes []byte
		)
		err := l.tx.QueryRow(ctx, readTiles, string(l.programme), made.level, int64(made.n), int64(made.n)+1).
			Scan(&n, &root, &hashes)
		if errors.Is(err, pgx.ErrNoRows) {
			l.compare(made, tile{}, false)
			continue
		}
		if err != nil {
			return fmt.Errorf("read a tile: %w", err)
		}
		l.compare(made, storedTile(made.level, uint64(n), root, hashes), true)
	}
	l.tree.higher = l.tree.higher[:0]
	return nil
}

// compare compares a tile that the leaves make with the stored one.
func (l *log) compare(made, stored tile, there bool) {
	first, last := made.positions()
	d := Difference{Position: first, Through: last, Table: tableTiles, Column: "hashes"}
	switch {
	case !there && uint64(last) > l.tree.signed:
		return // not signed yet
	case !there:
		d.Expected, d.Found = fmt.Sprintf("tile %d of level %d", made.n, made.level), none
		d.Problem = "a tile under a signed checkpoint is missing"
	case !bytes.Equal(made.hashes, stored.hashes):
		l.tree.seen[made.level]++
		if made.level > 0 && l.tree.wrong {
			return // said already, of the tile below
		}
		i := 0
		for bytes.Equal(made.hashes[:(i+1)*sha256.Size], stored.hashes[:(i+1)*sha256.Size]) {
			i++
		}
		span := (last - first + 1) / notary.Width
		d.Position = first + events.Position(i)*span
		d.Through = d.Position + span - 1
		at := i * sha256.Size
		d.Expected, d.Found = hash([32]byte(stored.hashes[at:])), hash([32]byte(made.hashes[at:]))
		d.Problem = fmt.Sprintf("the leaves do not make tile %d of level %d, hash %d", made.n, made.level, i)
	case made.root != stored.root:
		l.tree.seen[made.level]++
		d.Column, d.Expected, d.Found = "root", hash(made.root), hash(stored.root)
		d.Problem = fmt.Sprintf("the root stored with tile %d of level %d is not that of its hashes", made.n, made.level)
	default:
		l.tree.seen[made.level]++
		return
	}
	l.tree.wrong = true
	l.differ(d)
}

const countTiles = `SELECT level, count(*) FROM ledger.tiles WHERE programme = $1 GROUP BY level ORDER BY level`

// checkTiles finds tiles that no event and no checkpoint accounts for.
func (l *log) checkTiles(ctx context.Context) error {
	rows, err := l.tx.Query(ctx, countTiles, string(l.programme))
	if err != nil {
		return fmt.Errorf("count tiles: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var (
			level int16
			n     int64
		)
		if err := rows.Scan(&level, &n); err != nil {
			return fmt.Errorf("count tiles: %w", err)
		}
		l.summary.Tiles += int(n)
		if level < 0 || level >= levels {
			continue
		}
		want := l.tree.signed >> (notary.Height * (int(level) + 1))
		if uint64(n) <= want && (uint64(n) <= l.tree.seen[level] || l.gap) {
			continue
		}
		first, _ := tile{level: int(level), n: min(want, l.tree.seen[level])}.positions()
		_, last := tile{level: int(level), n: uint64(n - 1)}.positions()
		l.differ(Difference{
			Position: first, Through: last, Table: tableTiles, Column: "n",
			Expected: fmt.Sprintf("%d tiles of level %d", want, level), Found: fmt.Sprint(n),
			Problem: "there are tiles over events or checkpoints that are not there any more",
		})
	}
	return rows.Err()
}
