package ledger

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger/internal/queries"
	"github.com/aboveline/aboveline/events/proof"
)

// Tx is an append transaction, with the head of its programme locked. It is for one
// goroutine and ends with the function it was given to. A sequence that it returned
// must have ended before its next method is called.
type Tx struct {
	ledger    *Ledger
	conn      *pgxpool.Conn
	programme events.Programme
	head      Head
	stored    []byte // the frontier as it is in the head row
	frontier  *proof.Frontier
	known     map[events.EventID]Known

	pending      [][]events.Recorded // appended and not sent yet
	pendingCount int
	pendingBytes int
	leaf         []byte // buffer for leaf encodings

	wrote  bool  // there is something to commit
	failed error // what the database refused; nothing can be committed after it
	over   bool
}

// errOver is for a Tx that outlived its Update.
var errOver = errors.New("ledger: the append transaction is over")

// Known is what is recorded under an id.
type Known struct {
	Position   events.Position
	Revision   events.Revision
	RecordedAt time.Time
	Digest     [32]byte
	Stream     events.Stream
}

// Head is the end of the log, what this transaction appended included.
func (t *Tx) Head() Head { return t.head }

// Known is what was recorded under id before this transaction; false if nothing
// was, or if id is not among the ids that Update was given.
func (t *Tx) Known(id events.EventID) (Known, bool) {
	k, ok := t.known[id]
	return k, ok
}

// ReadAfter reads the events after a position to the end of the log, in order,
// what this transaction appended included. It ends after its first error.
func (t *Tx) ReadAfter(ctx context.Context, after events.Position) iter.Seq2[events.Recorded, error] {
	return t.read(ctx, "read on", queries.ReadRange, string(t.programme), int64(after), int64(t.head.Position))
}

// ReadStreams reads the events of all streams that start with one of the prefixes:
// prefix by prefix, and in the order of their positions within a prefix. What this
// transaction appended is included. It ends after its first error.
func (t *Tx) ReadStreams(ctx context.Context, prefixes []events.Stream) iter.Seq2[events.Recorded, error] {
	lower, upper, err := prefixRanges(prefixes)
	if err != nil {
		return func(yield func(events.Recorded, error) bool) {
			yield(events.Recorded{}, fmt.Errorf("ledger: read streams: %w", err))
		}
	}
	return t.read(ctx, "read streams", readPrefixes, lower, upper, string(t.programme))
}

func (t *Tx) read(ctx context.Context, what, sql string, args ...any) iter.Seq2[events.Recorded, error] {
	return func(yield func(events.Recorded, error) bool) {
		if err := t.usable(); err != nil {
			yield(events.Recorded{}, err)
			return
		}
		if err := t.flush(ctx, false); err != nil {
			yield(events.Recorded{}, err)
			return
		}
		if err := each(ctx, t.conn, yield, sql, args...); err != nil {
			yield(events.Recorded{}, t.fail(what, err))
		}
	}
}

// Claim makes inspection belong to programme unless it belongs to one already, and
// returns the one it belongs to. A claim is for ever once Update has committed it.
func (t *Tx) Claim(
	ctx context.Context, inspection events.InspectionID, programme events.Programme,
) (owner events.Programme, err error) {
	if err := t.usable(); err != nil {
		return "", err
	}
	if problem := textProblem(string(inspection), MaxName, true); problem != "" {
		return "", fmt.Errorf("ledger: the inspection's name %s", problem)
	}
	if err := checkProgramme(programme); err != nil {
		return "", err
	}
	var b pgx.Batch
	b.Queue(queries.ClaimInspection, string(inspection), string(programme))
	b.Queue(queries.ProgrammeOf, string(inspection)) // a statement of its own: it sees what the insert waited for
	results := t.conn.SendBatch(ctx, &b)
	tag, err := results.Exec()
	if err == nil {
		err = results.QueryRow().Scan((*string)(&owner))
	}
	if err = errors.Join(err, results.Close()); err != nil {
		return "", t.fail("claim inspection", err)
	}
	t.wrote = t.wrote || tag.RowsAffected() > 0
	return owner, nil
}

func (t *Tx) usable() error {
	if t.over {
		return errOver
	}
	return t.failed
}

// fail remembers that the transaction cannot be committed any more.
func (t *Tx) fail(what string, err error) error {
	t.failed = fmt.Errorf("ledger: %s in %q: %w", what, t.programme, err)
	return t.failed
}
