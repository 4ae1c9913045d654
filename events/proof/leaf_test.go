package proof_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/proof"
)

// decode reads an encoding back by FORMAT.md, independently of the encoder. That
// it gives the record again for every record shows that no two encode alike.
func decode(b []byte) (r events.Recorded, err error) {
	take := func(n int) []byte {
		if n > len(b) {
			err = errors.New("too short")
			return make([]byte, n)
		}
		part := b[:n]
		b = b[n:]
		return part
	}
	u64 := func() uint64 { return binary.BigEndian.Uint64(take(8)) }
	u32 := func() uint32 { return binary.BigEndian.Uint32(take(4)) }
	part := func() []byte {
		n := u32()
		if int(n) > len(b) {
			err = errors.New("part is longer than the rest")
			return nil
		}
		return take(int(n))
	}
	if v := take(1)[0]; v != 1 {
		return r, errors.New("version")
	}
	r.Position = events.Position(u64())
	r.OccurredAt = time.UnixMicro(int64(u64())).UTC()
	r.RecordedAt = time.UnixMicro(int64(u64())).UTC()
	r.TypeVersion = int(int64(u64()))
	r.Revision = events.Revision(u32())
	r.ID = events.EventID(take(16))
	r.Causation = uuid.UUID(take(16))
	r.Digest = [32]byte(take(32))
	r.Programme = events.Programme(part())
	r.Stream = events.Stream(part())
	r.Type = events.Type(part())
	r.Actor = events.Actor(part())
	r.Team = events.TeamID(part())
	r.Inspection = events.InspectionID(part())
	r.Case = events.CaseID(part())
	r.Data = part()
	if len(b) > 0 {
		err = errors.New("bytes after the data")
	}
	return r, err
}

func sample() events.Recorded {
	return events.Recorded{
		Programme:   "iaow-2013-hampshire",
		Position:    7,
		ID:          uuid.MustParse("0191e3c4-5a6b-7c8d-9e0f-112233445566"),
		Stream:      "i/hampshire-2013/c/C001/judgement/4.1.07",
		Revision:    2,
		Type:        events.TypeJudgementRevised,
		TypeVersion: 1,
		OccurredAt:  time.Date(2013, 5, 14, 9, 30, 0, 123456000, time.UTC),
		RecordedAt:  time.Date(2013, 5, 14, 9, 30, 1, 1000, time.UTC),
		Actor:       "inspector-1",
		Team:        "north",
		Inspection:  "hampshire-2013",
		Case:        "C001",
		Causation:   uuid.MustParse("0191e3c4-5a6b-7c8d-9e0f-aabbccddeeff"),
		Digest:      sha256.Sum256([]byte("entry")),
		Data:        []byte(`{"answer":"sufficient"}`),
	}
}

func TestLeafGolden(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name           string
		r              events.Recorded
		encoding, hash string
	}{
		{
			"everything", sample(),
			goldenEverything, goldenEverythingHash,
		},
		{
			"zero times and empty parts",
			events.Recorded{OccurredAt: time.UnixMicro(0), RecordedAt: time.UnixMicro(-1)},
			goldenEmpty, goldenEmptyHash,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := proof.Encode(tt.r)
			if diff := cmp.Diff(tt.encoding, hex.EncodeToString(got)); diff != "" {
				t.Errorf("encoding (-want +got):\n%s", diff)
			}
			if len(got) != proof.EncodedSize(&tt.r) {
				t.Errorf("EncodedSize = %d, encoding has %d bytes", proof.EncodedSize(&tt.r), len(got))
			}
			hash := proof.LeafHash(&tt.r)
			if diff := cmp.Diff(tt.hash, hex.EncodeToString(hash[:])); diff != "" {
				t.Errorf("leaf hash (-want +got):\n%s", diff)
			}
			if hash != sha256.Sum256(append([]byte{0}, got...)) {
				t.Error("the leaf hash is not SHA-256(0x00 || encoding)")
			}
		})
	}
}

func TestEncodingIsReversible(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := recorded().Draw(t, "r")
		got, err := decode(proof.AppendLeaf([]byte("before"), &r)[len("before"):])
		if err != nil {
			t.Fatalf("decode: %v", err)
		}
		if diff := cmp.Diff(r, got); diff != "" {
			t.Fatalf("decoded another record (-want +got):\n%s", diff)
		}
	})
}

// Moving a byte from the end of one part to the start of the next is the mistake
// that length prefixes are for.
func TestNeighboursDoNotRunTogether(t *testing.T) {
	t.Parallel()
	a, b := sample(), sample()
	a.Team, a.Inspection = "ab", "c"
	b.Team, b.Inspection = "a", "bc"
	if bytes.Equal(proof.Encode(a), proof.Encode(b)) {
		t.Error("two records encode alike")
	}
}

func TestEveryColumnIsCovered(t *testing.T) {
	t.Parallel()
	changes := map[string]func(*events.Recorded){
		"programme":    func(r *events.Recorded) { r.Programme += "x" },
		"position":     func(r *events.Recorded) { r.Position++ },
		"id":           func(r *events.Recorded) { r.ID[15]++ },
		"stream":       func(r *events.Recorded) { r.Stream += "x" },
		"revision":     func(r *events.Recorded) { r.Revision++ },
		"type":         func(r *events.Recorded) { r.Type += "x" },
		"type version": func(r *events.Recorded) { r.TypeVersion++ },
		"occurred at":  func(r *events.Recorded) { r.OccurredAt = r.OccurredAt.Add(time.Microsecond) },
		"recorded at":  func(r *events.Recorded) { r.RecordedAt = r.RecordedAt.Add(time.Microsecond) },
		"actor":        func(r *events.Recorded) { r.Actor = "inspector-2" },
		"team":         func(r *events.Recorded) { r.Team = "" },
		"inspection":   func(r *events.Recorded) { r.Inspection = "" },
		"case":         func(r *events.Recorded) { r.Case = "" },
		"causation":    func(r *events.Recorded) { r.Causation[0]++ },
		"digest":       func(r *events.Recorded) { r.Digest[31]++ },
		"data":         func(r *events.Recorded) { r.Data = append([]byte(nil), r.Data[1:]...) },
	}
	base := sample()
	for name, change := range changes {
		r := sample()
		change(&r)
		if proof.LeafHash(&r) == proof.LeafHash(&base) {
			t.Errorf("a change of %s leaves the leaf hash alone", name)
		}
	}
	r := sample()
	r.Leaf[0]++
	if proof.LeafHash(&r) != proof.LeafHash(&base) {
		t.Error("the leaf hash depends on the column that it fills")
	}
}

func TestAppendLeafAllocatesNothing(t *testing.T) {
	r := sample()
	buf := make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(100, func() { buf = proof.AppendLeaf(buf[:0], &r) }); n != 0 {
		t.Errorf("AppendLeaf: %v allocations", n)
	}
	if n := testing.AllocsPerRun(100, func() { _, buf = proof.AppendLeafHash(buf, &r) }); n != 0 {
		t.Errorf("AppendLeafHash: %v allocations", n)
	}
	if n := testing.AllocsPerRun(100, func() { proof.LeafHash(&r) }); n != 0 {
		t.Errorf("LeafHash: %v allocations", n)
	}
}

// recorded draws records with times in whole microseconds, as the ledger has them.
func recorded() *rapid.Generator[events.Recorded] {
	return rapid.Custom(func(t *rapid.T) events.Recorded {
		text := rapid.String()
		when := rapid.Custom(func(t *rapid.T) time.Time {
			return time.UnixMicro(rapid.Int64Range(-1<<55, 1<<55).Draw(t, "µs")).UTC()
		})
		b16 := rapid.SliceOfN(rapid.Byte(), 16, 16)
		return events.Recorded{
			Programme:   events.Programme(text.Draw(t, "programme")),
			Position:    events.Position(rapid.Uint64().Draw(t, "position")),
			ID:          events.EventID(b16.Draw(t, "id")),
			Stream:      events.Stream(text.Draw(t, "stream")),
			Revision:    events.Revision(rapid.Uint32().Draw(t, "revision")),
			Type:        events.Type(text.Draw(t, "type")),
			TypeVersion: rapid.Int().Draw(t, "type version"),
			OccurredAt:  when.Draw(t, "occurred"),
			RecordedAt:  when.Draw(t, "recorded"),
			Actor:       events.Actor(text.Draw(t, "actor")),
			Team:        events.TeamID(text.Draw(t, "team")),
			Inspection:  events.InspectionID(text.Draw(t, "inspection")),
			Case:        events.CaseID(text.Draw(t, "case")),
			Causation:   uuid.UUID(b16.Draw(t, "causation")),
			Digest:      [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "digest")),
			Data:        rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "data"),
		}
	})
}
