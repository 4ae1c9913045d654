package runner_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/projections/runner"
)

const createJournal = `
	CREATE TABLE projections.journal (
		generation bigint NOT NULL, position bigint NOT NULL, chain bytea NOT NULL, PRIMARY KEY (generation, position)
	) PARTITION BY LIST (generation);
	ALTER TABLE projections.journal OWNER TO aboveline_projector;
	GRANT SELECT ON projections.journal TO aboveline_reader`

// journal is a projection with a row for every event, each of which depends on all
// before it: an event left out, applied twice or out of order cannot be hidden.
type journal struct {
	version int
	// flushed is called after the rows of a batch were written, within the
	// transaction. It may be nil.
	flushed func(ctx context.Context, tx pgx.Tx) error
}

func (journal) Name() string     { return "journal" }
func (j journal) Version() int   { return j.version }
func (journal) Tables() []string { return []string{"journal"} }

func (j journal) Load(ctx context.Context, tx pgx.Tx, g runner.Generation) (runner.Fold, error) {
	f := &journalFold{journal: j}
	err := tx.QueryRow(ctx, `SELECT chain FROM projections.journal WHERE generation = $1 ORDER BY position DESC LIMIT 1`,
		g).Scan(&f.chain)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, err
	}
	return f, nil
}

type journalFold struct {
	journal
	chain     []byte
	positions []int64
	chains    [][]byte
}

var errUnwanted = errors.New("the journal does not take teams")

func (f *journalFold) Apply(r *events.Recorded, e events.Event) error {
	if _, ok := e.(events.TeamMemberAdded); ok {
		return errUnwanted
	}
	f.chain = link(f.chain, r)
	f.positions, f.chains = append(f.positions, int64(r.Position)), append(f.chains, f.chain)
	return nil
}

func link(chain []byte, r *events.Recorded) []byte {
	sum := sha256.Sum256(fmt.Append(chain, r.Position, r.ID))
	return sum[:]
}

func (f *journalFold) Flush(ctx context.Context, tx pgx.Tx, g runner.Generation) error {
	_, err := tx.Exec(ctx, `INSERT INTO projections.journal SELECT $1, u.* FROM unnest($2::bigint[], $3::bytea[]) AS u`,
		g, f.positions, f.chains)
	f.positions, f.chains = nil, nil
	if err == nil && f.flushed != nil {
		err = f.flushed(ctx, tx)
	}
	return err
}

const programme events.Programme = "iaow-2013-hampshire"

// add appends n events to a programme.
func add(t testing.TB, l *ledger.Ledger, p events.Programme, n int) {
	t.Helper()
	drafts := make([]ledger.Draft, n)
	for k := range drafts {
		drafts[k] = draft(t, events.CaseDescribed{Attributes: map[string]*string{}})
	}
	appendTo(t, l, p, drafts...)
}

func draft(t testing.TB, e events.Event) ledger.Draft {
	t.Helper()
	data, err := codec.Encode(e)
	if err != nil {
		t.Fatal(err)
	}
	id := uuid.New()
	return ledger.Draft{
		ID: id, Stream: events.Stream(id.String()), Revision: 1, Type: e.Kind().Type, TypeVersion: e.Kind().Version,
		OccurredAt: time.Date(2013, 7, 1, 9, 0, 0, 0, time.UTC), Actor: "inspector-1", Data: data,
	}
}

func appendTo(t testing.TB, l *ledger.Ledger, p events.Programme, drafts ...ledger.Draft) {
	t.Helper()
	err := l.Update(t.Context(), p, nil, func(ctx context.Context, tx *ledger.Tx) error {
		_, err := tx.Append(ctx, drafts)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// wantJournal compares the rows of the active generation with a fold of the first
// n events of the ledger, and the checkpoint with the last of them.
func wantJournal(t testing.TB, pool *pgxpool.Pool, p events.Programme, n int) {
	t.Helper()
	var want, got [][]byte
	last := events.Recorded{}
	if n > 0 {
		for r, err := range ledger.New(pool).Read(t.Context(), p, 0, n) {
			if err != nil {
				t.Fatal(err)
			}
			want, last = append(want, link(tip(want), &r)), r
		}
	}
	rows, err := pool.Query(t.Context(), `SELECT chain FROM projections.journal JOIN projections.active USING (generation)
		WHERE programme = $1 ORDER BY position`, string(p))
	if err != nil {
		t.Fatal(err)
	}
	got, err = pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("rows of %s after %d events (-fold +rows):\n%s", p, n, d)
	}
	var (
		position, count int
		leaf            []byte
	)
	err = pool.QueryRow(t.Context(), `SELECT position, leaf, count FROM projections.checkpoints
		JOIN projections.active USING (generation) WHERE programme = $1`, string(p)).Scan(&position, &leaf, &count)
	if err != nil || position != n || count != n || [32]byte(leaf) != last.Leaf {
		t.Errorf("checkpoint of %s at %d, leaf %x, count %d (%v); want %d, %x", p, position, leaf, count, err, n, last.Leaf)
	}
}

func tip(chain [][]byte) []byte {
	if len(chain) == 0 {
		return nil
	}
	return chain[len(chain)-1]
}
