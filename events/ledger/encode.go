package ledger

import (
	"encoding/binary"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/aboveline/aboveline/events"
)

// column is a column of ledger.events, in the order of the table.
type column int

const (
	columnPosition column = iota
	columnOccurredAt
	columnRecordedAt
	columnRevision
	columnTypeVersion
	columnID
	columnCausation
	columnProgramme
	columnStream
	columnType
	columnActor
	columnTeam
	columnInspection
	columnCase
	columnDigest
	columnLeaf
	columnData
	columns
)

// fixedSizes are the sizes in bytes of the first columns.
var fixedSizes = [...]int{8, 8, 8, 4, 4, 16, 16}

const columnNames = `position, occurred_at, recorded_at, revision, type_version, event_id, causation, ` +
	`programme, stream, type, actor, team, inspection, case_id, digest, leaf, data`

const copyEvents = `COPY ledger.events (` + columnNames + `) FROM STDIN (FORMAT binary)`

const insertEvents = `INSERT INTO ledger.events (` + columnNames + `)
SELECT unnest($1::bigint[]), unnest($2::timestamptz[]), unnest($3::timestamptz[]), unnest($4::integer[]),
	unnest($5::integer[]), unnest($6::uuid[]), unnest($7::uuid[]), unnest($8::text[]), unnest($9::text[]),
	unnest($10::text[]), unnest($11::text[]), unnest($12::text[]), unnest($13::text[]), unnest($14::text[]),
	unnest($15::bytea[]), unnest($16::bytea[]), unnest($17::bytea[])`

// oids are the types of the columns.
var oids = [columns]uint32{
	pgtype.Int8OID, pgtype.TimestamptzOID, pgtype.TimestamptzOID, pgtype.Int4OID, pgtype.Int4OID,
	pgtype.UUIDOID, pgtype.UUIDOID,
	pgtype.TextOID, pgtype.TextOID, pgtype.TextOID, pgtype.TextOID, pgtype.TextOID, pgtype.TextOID, pgtype.TextOID,
	pgtype.ByteaOID, pgtype.ByteaOID, pgtype.ByteaOID,
}

// appendField appends one column of r in binary format, with its length before it,
// as both COPY and arrays have it.
func appendField(dst []byte, r *events.Recorded, c column) []byte {
	switch c {
	case columnPosition:
		return appendInt64(dst, int64(r.Position))
	case columnOccurredAt:
		return appendInt64(dst, r.OccurredAt.UnixMicro()-postgresEpoch)
	case columnRecordedAt:
		return appendInt64(dst, r.RecordedAt.UnixMicro()-postgresEpoch)
	case columnRevision:
		return appendInt32(dst, int32(r.Revision))
	case columnTypeVersion:
		return appendInt32(dst, int32(r.TypeVersion))
	case columnID:
		return appendBytes(dst, r.ID[:])
	case columnCausation:
		return appendBytes(dst, r.Causation[:])
	case columnProgramme:
		return appendBytes(dst, r.Programme)
	case columnStream:
		return appendBytes(dst, r.Stream)
	case columnType:
		return appendBytes(dst, r.Type)
	case columnActor:
		return appendBytes(dst, r.Actor)
	case columnTeam:
		return appendBytes(dst, r.Team)
	case columnInspection:
		return appendBytes(dst, r.Inspection)
	case columnCase:
		return appendBytes(dst, r.Case)
	case columnDigest:
		return appendBytes(dst, r.Digest[:])
	case columnLeaf:
		return appendBytes(dst, r.Leaf[:])
	default:
		return appendBytes(dst, r.Data)
	}
}

// appendCopy appends rs as the contents of a binary COPY, without its end.
func appendCopy(dst []byte, rs []events.Recorded) []byte {
	for i := range rs {
		dst = binary.BigEndian.AppendUint16(dst, uint16(columns))
		for c := range columns {
			dst = appendField(dst, &rs[i], c)
		}
	}
	return dst
}

// Every binary COPY starts with a signature, flags and the length of an extension,
// and ends with a row of -1 columns.
const (
	copyHeader = "PGCOPY\n\xff\r\n\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00"
	copyEnd    = "\xff\xff"
)

// appendArrays appends one array for each column to dst, and gives the arrays as
// parameters of a statement.
func appendArrays(dst []byte, params [][]byte, batches [][]events.Recorded, n int) ([]byte, [][]byte) {
	var ends [columns]int
	start := len(dst)
	for c := range columns {
		be := binary.BigEndian
		dst = be.AppendUint32(dst, 1) // dimensions
		dst = be.AppendUint32(dst, 0) // no nulls
		dst = be.AppendUint32(dst, oids[c])
		dst = be.AppendUint32(dst, uint32(n))
		dst = be.AppendUint32(dst, 1) // lower bound
		for _, rs := range batches {
			for i := range rs {
				dst = appendField(dst, &rs[i], c)
			}
		}
		ends[c] = len(dst)
	}
	for _, end := range ends {
		params = append(params, dst[start:end])
		start = end
	}
	return dst, params
}

func appendBytes[T ~string | ~[]byte](dst []byte, b T) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(b)))
	return append(dst, b...)
}

func appendInt64(dst []byte, n int64) []byte {
	dst = binary.BigEndian.AppendUint32(dst, 8)
	return binary.BigEndian.AppendUint64(dst, uint64(n))
}

func appendInt32(dst []byte, n int32) []byte {
	dst = binary.BigEndian.AppendUint32(dst, 4)
	return binary.BigEndian.AppendUint32(dst, uint32(n))
}
