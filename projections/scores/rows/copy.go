package rows

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/projections/runner"
)

// The binary format of COPY, from its chapter in the PostgreSQL manual: a signature
// with flags and the length of an extension, rows of a count of fields and fields of
// a length and a value, and a trailer.
const (
	copySignature = "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	copyTrailer   = "\xff\xff"
)

// copier collects rows of one table for COPY. Every row begins with its generation.
type copier struct {
	table      string
	columns    []string // without the generation
	generation runner.Generation
	rows       []byte
}

func newCopier(table string, g runner.Generation, columns ...string) *copier {
	return &copier{table: table, generation: g, columns: columns}
}

// row begins a row; its columns follow in order.
func (c *copier) row() {
	c.rows = binary.BigEndian.AppendUint16(c.rows, uint16(len(c.columns)+1))
	c.int64(int64(c.generation))
}

func (c *copier) int64(v int64) {
	c.rows = binary.BigEndian.AppendUint32(c.rows, 8)
	c.rows = binary.BigEndian.AppendUint64(c.rows, uint64(v))
}

func (c *copier) int32(v int) {
	c.rows = binary.BigEndian.AppendUint32(c.rows, 4)
	c.rows = binary.BigEndian.AppendUint32(c.rows, uint32(v))
}

func (c *copier) bool(v bool) {
	c.rows = append(c.rows, 0, 0, 0, 1, 0)
	if v {
		c.rows[len(c.rows)-1] = 1
	}
}

func (c *copier) text(v string) {
	c.rows = binary.BigEndian.AppendUint32(c.rows, uint32(len(v)))
	c.rows = append(c.rows, v...)
}

// jsonb is JSON text behind the version of the format.
func (c *copier) jsonb(v []byte) {
	c.rows = binary.BigEndian.AppendUint32(c.rows, uint32(len(v)+1))
	c.rows = append(append(c.rows, 1), v...)
}

// enough is how much is sent at once.
const enough = 1 << 20

// full reports whether it is time to send.
func (c *copier) full() bool { return len(c.rows) > enough }

// reader is what goes over the wire.
func (c *copier) reader() io.Reader {
	return io.MultiReader(strings.NewReader(copySignature), bytes.NewReader(c.rows), strings.NewReader(copyTrailer))
}

// send writes the rows into the bare table of the generation.
func (c *copier) send(ctx context.Context, tx pgx.Tx) error {
	if len(c.rows) == 0 {
		return nil
	}
	sql := fmt.Sprintf(`COPY %s (generation, %s) FROM STDIN (FORMAT binary)`,
		runner.Partition(c.table, c.generation).Sanitize(), strings.Join(c.columns, ", "))
	if _, err := tx.Conn().PgConn().CopyFrom(ctx, c.reader(), sql); err != nil {
		return fmt.Errorf("rows: copy into %s: %w", c.table, err)
	}
	c.rows = c.rows[:0]
	return nil
}
