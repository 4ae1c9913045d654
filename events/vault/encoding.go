package vault

import "encoding/binary"

// The labels keep the uses of a key, and of additional data, apart. Each is part
// of the persisted format (FORMAT.md) and never changes its meaning.
const (
	labelMasterID  = "aboveline/master-id/v1"
	labelWrap      = "aboveline/wrap/v1"
	labelSeal      = "aboveline/seal/v1"
	labelDigest    = "aboveline/digest/v1"
	labelWrapAAD   = "aboveline/wrapped-key/v1"
	labelSealedAAD = "aboveline/sealed-text/v1"
)

// joined encodes parts so that no two lists of parts have the same bytes: each is
// preceded by its length in bytes, 32 bits, big-endian.
func joined(parts ...string) []byte {
	n := 0
	for _, p := range parts {
		n += 4 + len(p)
	}
	out := make([]byte, 0, n)
	for _, p := range parts {
		out = binary.BigEndian.AppendUint32(out, uint32(len(p)))
		out = append(out, p...)
	}
	return out
}
