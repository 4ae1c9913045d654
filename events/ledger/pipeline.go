package ledger

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// pipeline sends several statements in one write and then reads all the answers:
// one round trip. pgx has pipelines too, but none with COPY in it. The server runs
// the messages in order and, after an error, skips all up to the end of the
// pipeline; so a COMMIT at its end commits everything or is never run.
type pipeline struct {
	buf []byte
	err error
}

// binaryFormat says that all parameters are in binary format.
var binaryFormat = []int16{1}

func (p *pipeline) add(m pgproto3.FrontendMessage) {
	if p.err != nil {
		return
	}
	buf, err := m.Encode(p.buf)
	if err != nil {
		p.err = fmt.Errorf("ledger: encode %T: %w", m, err)
		return
	}
	p.buf = buf
}

// execute runs a prepared statement with parameters in binary format.
func (p *pipeline) execute(statement string, params ...[]byte) {
	p.add(&pgproto3.Bind{PreparedStatement: statement, ParameterFormatCodes: binaryFormat, Parameters: params})
	p.add(&pgproto3.Execute{})
}

// run sends the pipeline and returns the command tags of its statements. Where the
// server refused a statement, err is its *pgconn.PgError, answered is true and the
// connection is good, with the transaction failed. With any other error answered
// is false: the connection is closed and what the server did is not known, unless
// sent is false.
func (p *pipeline) run(
	ctx context.Context, pg *pgconn.PgConn,
) (tags []pgconn.CommandTag, sent, answered bool, err error) {
	p.add(&pgproto3.Sync{})
	if p.err != nil {
		return nil, false, false, p.err
	}
	if err := ctx.Err(); err != nil {
		return nil, false, false, err
	}
	// The context ends the exchange through the deadline of the connection.
	conn := pg.Conn()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	tags, sent, answered, err = p.exchange(pg)
	if cut := !stop(); cut || (err != nil && !answered) {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		closed := pg.Close(closing)
		if cut && err != nil && !answered {
			err = errors.Join(ctx.Err(), err, closed)
		}
	}
	return tags, sent, answered, err
}

func (p *pipeline) exchange(pg *pgconn.PgConn) (tags []pgconn.CommandTag, sent, answered bool, err error) {
	n, err := pg.Conn().Write(p.buf)
	if err != nil {
		return nil, n > 0, false, fmt.Errorf("ledger: send: %w", err)
	}
	var refused error
	for {
		m, err := pg.ReceiveMessage(context.Background())
		if err != nil {
			return tags, true, false, fmt.Errorf("ledger: receive: %w", errors.Join(refused, err))
		}
		switch m := m.(type) {
		case *pgproto3.CommandComplete:
			tags = append(tags, pgconn.NewCommandTag(string(m.CommandTag)))
		case *pgproto3.ErrorResponse:
			if refused == nil {
				refused = pgconn.ErrorResponseToPgError(m)
			}
		case *pgproto3.ReadyForQuery:
			return tags, true, true, refused
		}
	}
}

// copyData adds one CopyData message with what fill appends, without a copy of it.
func (p *pipeline) copyData(fill func(dst []byte) []byte) {
	const header = 1 + 4 // 'd' and the length of the rest, itself included
	start := len(p.buf)
	p.buf = fill(append(p.buf, 'd', 0, 0, 0, 0))
	binary.BigEndian.PutUint32(p.buf[start+1:], uint32(len(p.buf)-start-header+4))
}
