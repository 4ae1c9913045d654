package notary_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/checkpoint"
	"github.com/aboveline/aboveline/events/notary"
)

// Whatever is appended between two signatures: checkpoints, tiles and proofs are
// those that the library makes of the same leaves.
func TestAgreesWithTheLibrary(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var signed []checkpoint.Signed
	rapid.Check(t, func(rt *rapid.T) {
		if len(b.leaves) < 3000 {
			b.add(t, rapid.SampledFrom([]int{1, 2, 3, 100, 255, 256, 257, 300}).Draw(rt, "events"))
		}
		s := b.sign(t)
		root, err := tlog.TreeHash(int64(len(b.leaves)), b.reader())
		if err != nil {
			rt.Fatal(err)
		}
		if s.Size != uint64(len(b.leaves)) || root != tlog.Hash(s.Root) {
			rt.Fatalf("signed size %d root %x, the library has %d %x", s.Size, s.Root, len(b.leaves), root)
		}
		signed = append(signed, s)
		b.checkTiles(t, rt, signed)
		b.checkProofs(t, rt, signed)
	})
}

// checkTiles looks at some tile of some signed tree, in any width.
func (b *bench) checkTiles(t *testing.T, rt *rapid.T, signed []checkpoint.Signed) {
	c := rapid.SampledFrom(signed).Draw(rt, "tree").Checkpoint
	all := tlog.NewTiles(notary.Height, 0, int64(c.Size))
	tile := rapid.SampledFrom(all).Draw(rt, "tile")
	tile.W = rapid.IntRange(1, tile.W).Draw(rt, "width")
	want, err := tlog.ReadTileData(tile, b.reader())
	if err != nil {
		rt.Fatal(err)
	}
	parsed, err := notary.ParseTilePath(notary.TilePath(tile))
	if err != nil || parsed != tile {
		rt.Fatalf("%s reads as %v: %v", notary.TilePath(tile), parsed, err)
	}
	got, err := b.log.Tile(t.Context(), c, parsed)
	if err != nil {
		rt.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		rt.Fatalf("tile %s: %s", notary.TilePath(tile), diff)
	}
	tile.N += 1 << 20
	if _, err := b.log.Tile(t.Context(), c, tile); !notary.IsOutside(err) {
		rt.Fatalf("a tile beyond the tree: %v", err)
	}
}

func (b *bench) checkProofs(t *testing.T, rt *rapid.T, signed []checkpoint.Signed) {
	c := rapid.SampledFrom(signed).Draw(rt, "tree")
	n := int64(c.Size)
	at := rapid.Int64Range(1, n).Draw(rt, "position")
	leaf, path, err := b.log.Inclusion(t.Context(), c.Checkpoint, events.Position(at))
	if err != nil {
		rt.Fatal(err)
	}
	if leaf != [32]byte(b.leaves[at-1]) {
		rt.Fatalf("leaf of position %d is %x", at, leaf)
	}
	if err := tlog.CheckRecord(path, n, c.Root, at-1, leaf); err != nil {
		rt.Fatal(err)
	}
	older := rapid.SampledFrom(signed).Filter(func(o checkpoint.Signed) bool { return o.Size <= c.Size }).Draw(rt, "older")
	proof, err := b.log.Consistency(t.Context(), c.Checkpoint, older.Size)
	if err != nil {
		rt.Fatal(err)
	}
	if err := tlog.CheckTree(proof, n, c.Root, int64(older.Size), older.Root); err != nil {
		rt.Fatal(err)
	}
	if _, _, err := b.log.Inclusion(t.Context(), c.Checkpoint, events.Position(n+1)); !notary.IsOutside(err) {
		rt.Fatalf("a position beyond the tree: %v", err)
	}
}

// A tile of level 1 takes 65,536 events.
func TestSecondLevel(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.add(t, 100)
	b.sign(t)
	for range 7 {
		b.add(t, 10_000)
	}
	s := b.sign(t)
	for _, tile := range tlog.NewTiles(notary.Height, 0, int64(s.Size)) {
		if tile.L == 0 && tile.N%97 != 0 {
			continue
		}
		want, err := tlog.ReadTileData(tile, b.reader())
		if err != nil {
			t.Fatal(err)
		}
		got, err := b.log.Tile(t.Context(), s.Checkpoint, tile)
		if err != nil || string(got) != string(want) {
			t.Errorf("tile %s: %v", notary.TilePath(tile), err)
		}
	}
	leaf, path, err := b.log.Inclusion(t.Context(), s.Checkpoint, 65_537)
	if err != nil {
		t.Fatal(err)
	}
	if err := tlog.CheckRecord(path, int64(s.Size), s.Root, 65_536, leaf); err != nil {
		t.Error(err)
	}
}

func TestTilePaths(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]*tlog.Tile{
		"0/000":           {H: 8, L: 0, N: 0, W: 256},
		"1/x001/x234/067": {H: 8, L: 1, N: 1234067, W: 256},
		"2/005.p/17":      {H: 8, L: 2, N: 5, W: 17},
		"":                nil,
		"0":               nil,
		"0/0":             nil,
		"00/000":          nil,
		"64/000":          nil,
		"-1/000":          nil,
		"data/000":        nil,
		"entries/000":     nil,
		"0/000.p/256":     nil,
		"0/000.p/0":       nil,
		"0/000.p/017":     nil,
		"0/x000/000":      nil,
		"0/../../x":       nil,
		"0/x999/x999/x999/x999/x999/x999/x999/x999/999": nil,
	} {
		got, err := notary.ParseTilePath(path)
		if (err == nil) != (want != nil) || want != nil && got != *want {
			t.Errorf("%q: %v, %v", path, got, err)
		}
	}
}

// Any number of notaries at once, with appends meanwhile: one line of checkpoints.
func TestNoFork(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.add(t, 1)
	notaries := []*notary.Notary{b.notary, b.another(t, notary.Config{}), b.another(t, notary.Config{})}
	g, ctx := errgroup.WithContext(t.Context())
	done := make(chan struct{})
	g.Go(func() error {
		defer close(done)
		for i := range 60 {
			if _, err := appended(ctx, b.ledger, i%40+1); err != nil {
				return err
			}
		}
		return nil
	})
	var mu sync.Mutex
	roots := map[uint64][32]byte{}
	for _, n := range notaries {
		for range 2 {
			g.Go(func() error {
				for {
					head, err := b.ledger.Head(ctx, programme)
					if err != nil {
						return err
					}
					s, err := n.Sign(ctx, programme)
					if err != nil {
						return err
					}
					if s.Size < uint64(head.Position) {
						return fmt.Errorf("signed %d when %d were recorded", s.Size, head.Position)
					}
					mu.Lock()
					root, ok := roots[s.Size]
					roots[s.Size] = s.Root
					mu.Unlock()
					if ok && root != s.Root {
						return fmt.Errorf("two roots of size %d", s.Size)
					}
					select {
					case <-done:
						return nil
					default:
					}
				}
			})
		}
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	last := b.sign(t)
	for size, root := range roots {
		proof, err := b.log.Consistency(t.Context(), last.Checkpoint, size)
		if err != nil {
			t.Fatal(err)
		}
		if err := tlog.CheckTree(proof, int64(last.Size), last.Root, int64(size), root); err != nil {
			t.Errorf("size %d: %v", size, err)
		}
	}
	var broken int
	err := b.pool.QueryRow(t.Context(), `SELECT count(*) FROM (
	SELECT previous, lag(size, 1, 0::bigint) OVER (ORDER BY size) AS before FROM ledger.checkpoints
) AS s WHERE previous <> before`).Scan(&broken)
	if err != nil || broken != 0 {
		t.Errorf("%d checkpoints are not in line: %v", broken, err)
	}
}

func TestNothingToSign(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if _, err := b.notary.Sign(t.Context(), programme); !notary.IsEmpty(err) {
		t.Errorf("an empty programme: %v", err)
	}
	if _, err := b.log.Latest(t.Context(), programme); !notary.IsEmpty(err) {
		t.Errorf("no checkpoint: %v", err)
	}
	b.add(t, 3)
	told := 0
	n := b.another(t, notary.Config{OnSigned: func(context.Context, checkpoint.Signed) { told++ }})
	first, err := n.Sign(t.Context(), programme)
	if err != nil {
		t.Fatal(err)
	}
	again, err := n.Sign(t.Context(), programme)
	if err != nil || string(first.Note) != string(again.Note) || told != 1 {
		t.Errorf("signed again: %v, told %d times", err, told)
	}
	if stored, err := b.log.Latest(t.Context(), programme); err != nil || string(stored.Note) != string(first.Note) {
		t.Errorf("stored: %v", err)
	}
}

// Run signs what moves and ends with its context.
func TestRun(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	signed := make(chan uint64, 100)
	n := b.another(t, notary.Config{OnSigned: func(_ context.Context, c checkpoint.Signed) { signed <- c.Size }})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx, 20*time.Millisecond) }()
	for _, size := range []uint64{5, 12} {
		b.add(t, int(size)-len(b.leaves))
		select {
		case got := <-signed:
			if got != size {
				t.Errorf("signed %d, want %d", got, size)
			}
		case <-time.After(30 * time.Second):
			t.Fatal("nothing was signed")
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
