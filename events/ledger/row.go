package ledger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
)

// postgresEpoch is 2000-01-01 in microseconds of Unix time: binary timestamps count
// from there.
const postgresEpoch = 946_684_800_000_000

// internLimit bounds the memory of the names that a decoder remembers.
const internLimit = 4096

// decoder reads rows of ledger.events in PostgreSQL's binary format, in the order
// of the columns of the table. It remembers names, so that the few programmes,
// types and actors of a batch are not allocated for each event.
type decoder struct {
	names map[string]string
}

// decode fills r from the columns of one row. It overwrites r.Data within its
// capacity if reuse is set, and otherwise gives it memory of its own.
func (d *decoder) decode(r *events.Recorded, raw [][]byte, reuse bool) error {
	if len(raw) != int(columns) {
		return fmt.Errorf("ledger: a row has %d columns, expected %d", len(raw), columns)
	}
	be := binary.BigEndian
	for c, size := range fixedSizes {
		if len(raw[c]) != size {
			return fmt.Errorf("ledger: column %d has %d bytes, expected %d", c+1, len(raw[c]), size)
		}
	}
	if len(raw[columnDigest]) != len(r.Digest) || len(raw[columnLeaf]) != len(r.Leaf) {
		return errors.New("ledger: a digest or leaf hash has not 32 bytes")
	}
	r.Position = events.Position(be.Uint64(raw[columnPosition]))
	r.OccurredAt = timestamp(raw[columnOccurredAt])
	r.RecordedAt = timestamp(raw[columnRecordedAt])
	r.Revision = events.Revision(be.Uint32(raw[columnRevision]))
	r.TypeVersion = int(int32(be.Uint32(raw[columnTypeVersion])))
	r.ID = events.EventID(raw[columnID])
	r.Causation = uuid.UUID(raw[columnCausation])
	r.Programme = name(d, r.Programme, raw[columnProgramme])
	r.Stream = events.Stream(raw[columnStream]) // streams and cases are too many to remember
	r.Type = name(d, r.Type, raw[columnType])
	r.Actor = name(d, r.Actor, raw[columnActor])
	r.Team = name(d, r.Team, raw[columnTeam])
	r.Inspection = name(d, r.Inspection, raw[columnInspection])
	if string(r.Case) != string(raw[columnCase]) {
		r.Case = events.CaseID(raw[columnCase])
	}
	r.Digest = [32]byte(raw[columnDigest])
	r.Leaf = [32]byte(raw[columnLeaf])
	if !reuse {
		r.Data = nil
	}
	r.Data = append(r.Data[:0], raw[columnData]...)
	return nil
}

// name is raw as a string: the one that was there before or one seen earlier,
// where they are equal.
func name[T ~string](d *decoder, before T, raw []byte) T {
	if string(before) == string(raw) {
		return before
	}
	if known, ok := d.names[string(raw)]; ok {
		return T(known)
	}
	if d.names == nil || len(d.names) >= internLimit {
		d.names = make(map[string]string, 16)
	}
	s := string(raw)
	d.names[s] = s
	return T(s)
}

func timestamp(raw []byte) time.Time {
	return time.UnixMicro(int64(binary.BigEndian.Uint64(raw)) + postgresEpoch).UTC()
}
