package verify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/checkpoint"
)

// Options are what the caller brings; all may be left out.
type Options struct {
	// VerifierKey holds the keys of the log; without it signatures are not checked,
	// and the report says so.
	VerifierKey checkpoint.Verifier
	// Since is a checkpoint that the auditor kept: the ledger must contain its tree.
	Since []byte
	// Remembered are further ones, such as notary.Remembered reads.
	Remembered [][]byte
	// Progress is told now and then how far it is, from the same goroutine.
	Progress func(Progress)
}

// Progress is how far it is.
type Progress struct {
	Programme events.Programme
	// Phase is "events", "revisions" or "ids".
	Phase string
	// Done and Total count the events of all programmes.
	Done, Total uint64
	// PerSecond is how many were read in a second so far.
	PerSecond uint64
	Elapsed   time.Duration
}

// errOld is for a database that is older than this program.
var errOld = errors.New("the database has no tables of checkpoints: migrate it first (`aboveline serve` does at start)")

// Verify reads everything in the database of pool, with the rights of
// aboveline_reader or more. The error is about circumstances (no connection, a
// database that was not migrated, a Since that is no checkpoint of this log); what
// is wrong with the ledger is in the report, also when there is an error too.
func Verify(ctx context.Context, pool *pgxpool.Pool, o Options) (Report, error) {
	v := &verifier{options: o, began: time.Now()}
	if o.VerifierKey.IsZero() {
		v.report.Unchecked = append(v.report.Unchecked,
			"the signatures of checkpoints: that takes the public key of the log, log.vkey, kept outside of the database")
	}
	if err := v.outside(); err != nil {
		return v.report, err
	}
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, pool, snapshot, func(tx pgx.Tx) error { return v.run(ctx, tx) })
	v.report.Took = time.Since(v.began)
	if err != nil {
		return v.report, fmt.Errorf("verify: %w", err)
	}
	return v.report, nil
}

// verifier is one run.
type verifier struct {
	options Options
	began   time.Time
	report  Report
	kept    map[events.Programme][]kept // checkpoints from outside
	done    uint64
	total   uint64
}

// kept is a checkpoint that does not come from the database.
type kept struct {
	checkpoint.Signed
	what string
}

// outside reads the checkpoints that the caller brings. Those are a condition: one
// that cannot be read or does not hold is the caller's mistake.
func (v *verifier) outside() error {
	v.kept = map[events.Programme][]kept{}
	add := func(what string, msg []byte) error {
		c, err := v.open(msg)
		if err != nil {
			return fmt.Errorf("verify: %s: %w", what, err)
		}
		v.kept[c.Programme] = append(v.kept[c.Programme], kept{c, what})
		return nil
	}
	if len(v.options.Since) > 0 {
		if err := add("the checkpoint given with since", v.options.Since); err != nil {
			return err
		}
	}
	for _, msg := range v.options.Remembered {
		if err := add("a checkpoint remembered beside the key", msg); err != nil {
			return err
		}
	}
	return nil
}

// open reads a checkpoint and, with a key, checks who signed it.
func (v *verifier) open(msg []byte) (checkpoint.Signed, error) {
	if v.options.VerifierKey.IsZero() {
		return checkpoint.Parse(msg)
	}
	return checkpoint.Verify(msg, v.options.VerifierKey)
}

// settings keep the reads on the indexes: a plan for a table that was never analysed
// would sort all of it before the first row.
const settings = `SELECT set_config('enable_seqscan', 'off', true), set_config('work_mem', '64MB', true),
	set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true)`

// allProgrammes are those that any table knows; of the events one look per programme.
const allProgrammes = `WITH RECURSIVE p AS (
	(SELECT programme FROM ledger.events ORDER BY programme LIMIT 1)
	UNION ALL
	SELECT (SELECT e.programme FROM ledger.events AS e WHERE e.programme > p.programme ORDER BY e.programme LIMIT 1)
	FROM p WHERE p.programme IS NOT NULL
)
SELECT programme FROM p WHERE programme IS NOT NULL
UNION SELECT programme FROM ledger.logs WHERE position > 0
UNION SELECT programme FROM ledger.checkpoints
UNION SELECT programme FROM ledger.tiles
UNION SELECT unnest($1::text[])
ORDER BY programme`

func (v *verifier) run(ctx context.Context, tx pgx.Tx) error {
	var migrated bool
	if err := tx.QueryRow(ctx, `SELECT to_regclass('ledger.checkpoints') IS NOT NULL`).Scan(&migrated); err != nil {
		return err
	}
	if !migrated {
		return errOld
	}
	if _, err := tx.Exec(ctx, settings); err != nil {
		return fmt.Errorf("set up: %w", err)
	}
	if err := v.guards(ctx, tx); err != nil {
		return err
	}
	if err := tx.QueryRow(ctx, `SELECT coalesce(sum(position), 0)::bigint FROM ledger.logs`).Scan(&v.total); err != nil {
		return fmt.Errorf("read the heads: %w", err)
	}
	names := []string{}
	for p := range v.kept {
		names = append(names, string(p))
	}
	rows, err := tx.Query(ctx, allProgrammes, names)
	if err != nil {
		return fmt.Errorf("list programmes: %w", err)
	}
	programmes, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("list programmes: %w", err)
	}
	for _, p := range programmes {
		l := newLog(v, tx, events.Programme(p))
		if err := l.check(ctx); err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
		order(l.differences)
		if n := len(l.differences); n > maxDifferences {
			l.differences, l.more = l.differences[:maxDifferences], l.more+n-maxDifferences
		}
		v.report.Programmes = append(v.report.Programmes, l.summary)
		v.report.Differences = append(v.report.Differences, l.differences...)
		v.report.More += l.more
	}
	return nil
}

// progress tells the caller.
func (v *verifier) progress(p events.Programme, phase string) {
	if v.options.Progress == nil {
		return
	}
	elapsed := time.Since(v.began)
	v.options.Progress(Progress{
		Programme: p, Phase: phase, Done: v.done, Total: max(v.total, v.done), Elapsed: elapsed,
		PerSecond: v.done * 1000 / uint64(max(elapsed.Milliseconds(), 1)),
	})
}

// readGuards are the tables whose changes are not refused to everyone.
const readGuards = `SELECT t.name
FROM unnest(ARRAY['events', 'inspections', 'logs', 'tiles', 'checkpoints', 'cosignatures']) AS t (name)
WHERE NOT EXISTS (
	SELECT FROM pg_catalog.pg_trigger AS g
	WHERE g.tgrelid = to_regclass('ledger.' || t.name) AND g.tgname = 'append_only' AND g.tgenabled = 'A'
)`

func (v *verifier) guards(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, readGuards)
	if err != nil {
		return fmt.Errorf("read the triggers: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("read the triggers: %w", err)
	}
	for _, name := range names {
		v.report.Warnings = append(v.report.Warnings,
			fmt.Sprintf("the trigger append_only of ledger.%s is missing or switched off: somebody could change rows", name))
	}
	return nil
}
