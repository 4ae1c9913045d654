package proof

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"
)

// FrontierVersion is the first byte of a marshalled [Frontier].
const FrontierVersion byte = 1

const frontierHeader = 1 + 8

// Frontier is the right edge of a tree: the roots of the perfect subtrees that
// its leaves fall into, at most 64 of them. That is all one needs to append and
// to know the root. The zero Frontier is the empty tree.
type Frontier struct {
	r *compact.Range
}

// Append makes leaf the next leaf of the tree.
func (f *Frontier) Append(leaf [32]byte) error {
	if f.r == nil {
		f.r = factory().NewEmptyRange(0)
	}
	if err := f.r.Append(leaf[:], nil); err != nil {
		return fmt.Errorf("proof: append leaf %d: %w", f.r.End(), err)
	}
	return nil
}

// Size is the number of leaves, which is the position of the last event.
func (f *Frontier) Size() uint64 {
	if f.r == nil {
		return 0
	}
	return f.r.End()
}

// Root is the RFC 6962 tree head over all leaves; that of the empty tree is the
// SHA-256 of nothing.
func (f *Frontier) Root() [32]byte {
	if f.Size() == 0 {
		return sha256.Sum256(nil)
	}
	// GetRootHash fails for a range that does not begin at 0 only.
	root, err := f.r.GetRootHash(nil)
	if err != nil {
		return [32]byte{}
	}
	return [32]byte(root)
}

// MarshalBinary gives the frontier as FORMAT.md specifies it.
func (f *Frontier) MarshalBinary() ([]byte, error) { return f.AppendBinary(nil) }

// AppendBinary appends what [Frontier.MarshalBinary] gives to dst. It cannot
// fail; the error is there for [encoding.BinaryAppender].
func (f *Frontier) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, FrontierVersion)
	dst = binary.BigEndian.AppendUint64(dst, f.Size())
	if f.r != nil {
		for _, h := range f.r.Hashes() {
			dst = append(dst, h...)
		}
	}
	return dst, nil
}

// UnmarshalBinary replaces the frontier by the one that MarshalBinary gave. The
// number of hashes must be the one that the size calls for; an empty slice is no
// frontier. The hashes themselves cannot be checked here: only the events tell.
func (f *Frontier) UnmarshalBinary(data []byte) error {
	if len(data) < frontierHeader {
		return fmt.Errorf("proof: frontier of %d bytes is too short, it has at least %d", len(data), frontierHeader)
	}
	if data[0] != FrontierVersion {
		return fmt.Errorf("proof: frontier of version %d, this program reads version %d", data[0], FrontierVersion)
	}
	size := binary.BigEndian.Uint64(data[1:])
	n := compact.RangeSize(0, size)
	if want := frontierHeader + n*sha256.Size; len(data) != want {
		return fmt.Errorf("proof: frontier of %d leaves has %d bytes, it should have %d", size, len(data), want)
	}
	kept := append([]byte(nil), data[frontierHeader:]...)
	hashes := make([][]byte, n)
	for i := range hashes {
		hashes[i] = kept[i*sha256.Size : (i+1)*sha256.Size]
	}
	r, err := factory().NewRange(0, size, hashes)
	if err != nil {
		return fmt.Errorf("proof: frontier of %d leaves: %w", size, err)
	}
	f.r = r
	return nil
}

func factory() *compact.RangeFactory { return &compact.RangeFactory{Hash: hashChildren} }

// hashChildren is rfc6962.DefaultHasher.HashChildren with one allocation instead
// of four; it runs once for every event.
func hashChildren(left, right []byte) []byte {
	var b [1 + 2*sha256.Size]byte
	b[0] = rfc6962.RFC6962NodeHashPrefix
	copy(b[1:], left)
	copy(b[1+sha256.Size:], right)
	sum := sha256.Sum256(b[:])
	return sum[:]
}
