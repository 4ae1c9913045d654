package proof

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"github.com/transparency-dev/merkle/rfc6962"

	"github.com/aboveline/aboveline/events"
)

// Version is the first byte of every encoding made here.
const Version byte = 1

// fixedSize is the size of all that comes before the first length prefix, and
// prefixes the size of the length prefixes themselves.
const (
	fixedSize = 1 + 8 + 8 + 8 + 8 + 4 + 16 + 16 + 32
	prefixes  = 8 * 4
)

// EncodedSize is the length in bytes of the encoding of r.
func EncodedSize(r *events.Recorded) int {
	return fixedSize + prefixes + len(r.Programme) + len(r.Stream) + len(r.Type) + len(r.Actor) +
		len(r.Team) + len(r.Inspection) + len(r.Case) + len(r.Data)
}

// Encode is the leaf encoding of r in a slice of its own. See FORMAT.md.
func Encode(r events.Recorded) []byte {
	return AppendLeaf(make([]byte, 0, EncodedSize(&r)), &r)
}

// AppendLeaf appends the leaf encoding of r to dst, as FORMAT.md specifies it.
// Everything in r but Leaf is covered. Times are taken in whole microseconds
// (rounded down), which is what a Recorded holds. It allocates only when dst
// lacks the capacity ([EncodedSize]).
//
// Each variable part must be shorter than 4 GiB; the ledger refuses anything
// near that.
func AppendLeaf(dst []byte, r *events.Recorded) []byte {
	be := binary.BigEndian
	dst = append(dst, Version)
	dst = be.AppendUint64(dst, uint64(r.Position))
	dst = be.AppendUint64(dst, uint64(micros(r.OccurredAt)))
	dst = be.AppendUint64(dst, uint64(micros(r.RecordedAt)))
	dst = be.AppendUint64(dst, uint64(int64(r.TypeVersion)))
	dst = be.AppendUint32(dst, uint32(r.Revision))
	dst = append(dst, r.ID[:]...)
	dst = append(dst, r.Causation[:]...)
	dst = append(dst, r.Digest[:]...)
	dst = appendPart(dst, r.Programme)
	dst = appendPart(dst, r.Stream)
	dst = appendPart(dst, r.Type)
	dst = appendPart(dst, r.Actor)
	dst = appendPart(dst, r.Team)
	dst = appendPart(dst, r.Inspection)
	dst = appendPart(dst, r.Case)
	return appendPart(dst, r.Data)
}

// LeafHash is the RFC 6962 leaf hash of r: SHA-256 of 0x00 and the encoding.
func LeafHash(r *events.Recorded) [32]byte {
	var buf [1024]byte // most events fit, so most hashes allocate nothing
	sum, _ := AppendLeafHash(buf[:0], r)
	return sum
}

// AppendLeafHash is [LeafHash] with a buffer: it overwrites buf from its start
// and returns it, grown where needed, for the next call.
func AppendLeafHash(buf []byte, r *events.Recorded) ([32]byte, []byte) {
	buf = append(buf[:0], rfc6962.RFC6962LeafHashPrefix)
	buf = AppendLeaf(buf, r)
	return sha256.Sum256(buf), buf
}

func appendPart[T ~string | ~[]byte](dst []byte, part T) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(part)))
	return append(dst, part...)
}

// micros is the number of whole microseconds from the Unix epoch to t, rounded
// down also before 1970.
func micros(t time.Time) int64 { return t.UnixMicro() }
