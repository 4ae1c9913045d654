package notary

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/checkpoint"
	"github.com/aboveline/aboveline/events/proof"
)

// state is what the tables say of a programme at one moment.
type state struct {
	head tlog.Tree         // the tree of the head row
	last checkpoint.Signed // the last one stored
	kept checkpoint.Signed // the last one remembered outside of the database
}

// readState is one row, also for a programme that has checkpoints and no head any
// more.
const readState = `SELECT l.position, l.frontier, c.size, c.root, c.note
FROM (SELECT $1::text AS programme) AS p
LEFT JOIN ledger.logs AS l ON l.programme = p.programme
LEFT JOIN LATERAL (
	SELECT size, root, note FROM ledger.checkpoints WHERE programme = p.programme ORDER BY size DESC LIMIT 1
) AS c ON true`

// state reads the head and the last checkpoint, and checks that neither contradicts
// the other by itself.
func (n *Notary) state(ctx context.Context, q querier, p events.Programme) (state, error) {
	var (
		position, size *int64
		frontier, root []byte
		note           *string
	)
	// First what is remembered, which never runs ahead of what is stored.
	s := state{kept: n.memory.of(p)}
	if err := q.QueryRow(ctx, readState, string(p)).Scan(&position, &frontier, &size, &root, &note); err != nil {
		return state{}, fmt.Errorf("notary: read the head of %q: %w", p, err)
	}
	contradicts := func(err error, format string, args ...any) (state, error) {
		return state{}, &contradiction{p, fmt.Sprintf(format, args...), err}
	}
	if note != nil {
		var err error
		s.last, err = checkpoint.Verify([]byte(*note), n.config.Key.Verifier())
		if err != nil {
			return contradicts(err, "the stored checkpoint of size %d does not hold", *size)
		}
		if s.last.Programme != p || s.last.Size != uint64(*size) || s.last.Root != [32]byte(root) {
			return contradicts(nil, "the stored checkpoint of size %d says otherwise than its row", *size)
		}
	}
	if position != nil && *position > 0 {
		var f proof.Frontier
		if err := f.UnmarshalBinary(frontier); err != nil {
			return contradicts(err, "the frontier of the head row cannot be read")
		}
		if f.Size() != uint64(*position) {
			return contradicts(nil, "the head is at position %d and its frontier has %d leaves", *position, f.Size())
		}
		s.head = tlog.Tree{N: *position, Hash: f.Root()}
	}
	if uint64(s.head.N) < s.last.Size {
		return contradicts(nil, "the head is at position %d and %d events were signed", s.head.N, s.last.Size)
	}
	if uint64(s.head.N) == s.last.Size && s.head.N > 0 && s.head.Hash != tlog.Hash(s.last.Root) {
		return contradicts(nil, "the head at position %d has another root than the one signed", s.head.N)
	}
	if s.kept.Size > s.last.Size {
		return contradicts(nil, "a checkpoint of size %d was signed and stored, and the last one that is stored has size %d",
			s.kept.Size, s.last.Size)
	}
	if s.kept.Size == s.last.Size && s.kept.Root != s.last.Root {
		return contradicts(nil, "another checkpoint of size %d was signed before", s.kept.Size)
	}
	if s.head.N == 0 {
		return state{}, fmt.Errorf("notary: %q: %w", p, errEmpty)
	}
	return s, nil
}

// lock is the programme's for the rest of the transaction: signing is one at a time.
const lock = `SELECT pg_advisory_xact_lock(hashtextextended('aboveline notary ' || $1, 0)),
	set_config('enable_seqscan', 'off', true),
	CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END`

const insertCheckpoint = `INSERT INTO ledger.checkpoints (programme, size, previous, root, note) VALUES ($1, $2, $3, $4, $5)`

// extend signs the head within a transaction; added tells whether it had moved.
func (n *Notary) extend(ctx context.Context, tx pgx.Tx, p events.Programme) (signed checkpoint.Signed, added bool, err error) {
	if _, err := tx.Exec(ctx, lock, string(p)); err != nil {
		return checkpoint.Signed{}, false, fmt.Errorf("notary: lock %q: %w", p, err)
	}
	s, err := n.state(ctx, tx, p)
	if err != nil || uint64(s.head.N) == s.last.Size {
		return s.last, false, err
	}
	if err = build(ctx, tx, p, s.last.Size, uint64(s.head.N)); err == nil {
		err = prove(ctx, tx, p, s.head,
			tlog.Tree{N: int64(s.last.Size), Hash: s.last.Root}, tlog.Tree{N: int64(s.kept.Size), Hash: s.kept.Root})
	}
	if _, ok := errors.AsType[*readError](err); ok {
		return checkpoint.Signed{}, false, err
	}
	if err != nil {
		return checkpoint.Signed{}, false, &contradiction{p, fmt.Sprintf("at position %d", s.head.N), err}
	}
	signed, err = n.config.Key.Sign(checkpoint.Checkpoint{Programme: p, Size: uint64(s.head.N), Root: s.head.Hash})
	if err != nil {
		return checkpoint.Signed{}, false, err
	}
	_, err = tx.Exec(ctx, insertCheckpoint, string(p), s.head.N, int64(s.last.Size), signed.Root[:], string(signed.Note))
	if err != nil {
		return checkpoint.Signed{}, false, fmt.Errorf("notary: store a checkpoint of %q: %w", p, err)
	}
	return signed, true, nil
}
