package proof_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"github.com/aboveline/aboveline/events/proof"
)

// store is the plainest possible tlog tree: all hashes in memory.
type store []tlog.Hash

func (s *store) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = (*s)[x]
	}
	return out, nil
}

func (s *store) add(t *rapid.T, n int64, leaf tlog.Hash) {
	hashes, err := tlog.StoredHashesForRecordHash(n, leaf, s)
	if err != nil {
		t.Fatal(err)
	}
	*s = append(*s, hashes...)
}

func leaf(n uint64) [32]byte {
	return sha256.Sum256(binary.BigEndian.AppendUint64(nil, n))
}

func TestRootEqualsTlog(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Uint64Range(0, 300).Draw(t, "size")
		stop := rapid.Uint64Range(0, size).Draw(t, "stored and read again after")
		var (
			f proof.Frontier
			s store
		)
		for n := range size {
			if n == stop {
				f = reread(t, &f)
			}
			if err := f.Append(leaf(n)); err != nil {
				t.Fatal(err)
			}
			s.add(t, int64(n), leaf(n))
		}
		want, err := tlog.TreeHash(int64(size), &s)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Root(); got != [32]byte(want) {
			t.Fatalf("root of %d leaves is %x, tlog says %x", size, got, want)
		}
		if f.Size() != size {
			t.Fatalf("size %d, want %d", f.Size(), size)
		}
	})
}

func reread(t *rapid.T, f *proof.Frontier) proof.Frontier {
	data, err := f.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var g proof.Frontier
	if err := g.UnmarshalBinary(data); err != nil {
		t.Fatal(err)
	}
	again, err := g.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(data, again) {
		t.Fatalf("%x came back as %x", data, again)
	}
	return g
}

func TestEmptyFrontier(t *testing.T) {
	t.Parallel()
	var f proof.Frontier
	if f.Root() != sha256.Sum256(nil) {
		t.Error("the root of the empty tree is not the SHA-256 of nothing")
	}
	data, err := f.MarshalBinary()
	if err != nil || !bytes.Equal(data, []byte{1, 0, 0, 0, 0, 0, 0, 0, 0}) {
		t.Errorf("empty frontier is %x, %v", data, err)
	}
}

func TestUnmarshalRefusesOddLengths(t *testing.T) {
	t.Parallel()
	for name, data := range map[string][]byte{
		"nothing":          {},
		"short header":     {1, 0, 0},
		"other version":    {2, 0, 0, 0, 0, 0, 0, 0, 0},
		"hash missing":     {1, 0, 0, 0, 0, 0, 0, 0, 1},
		"hash too many":    make([]byte, 9+32),
		"half a hash":      append([]byte{1, 0, 0, 0, 0, 0, 0, 0, 1}, make([]byte, 31)...),
		"one hash of two":  append([]byte{1, 0, 0, 0, 0, 0, 0, 0, 3}, make([]byte, 32)...),
		"size of all ones": {1, 255, 255, 255, 255, 255, 255, 255, 255},
	} {
		var f proof.Frontier
		if err := f.UnmarshalBinary(data); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func BenchmarkLeafHash(b *testing.B) {
	r := sample()
	r.Data = bytes.Repeat([]byte("x"), 241)
	b.ReportAllocs()
	for b.Loop() {
		proof.LeafHash(&r)
	}
}

func BenchmarkFrontierAppend(b *testing.B) {
	var f proof.Frontier
	l := leaf(1)
	b.ReportAllocs()
	for b.Loop() {
		if err := f.Append(l); err != nil {
			b.Fatal(err)
		}
	}
}
