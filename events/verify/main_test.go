package verify_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/checkpoint"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/events/notary"
	"github.com/aboveline/aboveline/events/postgres/postgrestest"
	"github.com/aboveline/aboveline/events/proof"
	"github.com/aboveline/aboveline/events/verify"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(postgrestest.M{M: m}) }

var database = postgrestest.Template("ledger", ledger.Migrate)

const (
	programme  = events.Programme("iaow-2013")
	other      = events.Programme("another round")
	inspection = events.InspectionID("hampshire")
	// The ledger under test: checkpoints at these sizes, and a few events more.
	signed1, signed2, signed3, size = 100, 300, 600, 617
)

// bench is a ledger with a notary.
type bench struct {
	testing.TB
	pool   *pgxpool.Pool
	ledger *ledger.Ledger
	key    *checkpoint.Key
	notary *notary.Notary
	// since is the checkpoint at signed3, as an auditor keeps it.
	since []byte
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{TB: t, pool: database.New(t)}
	b.ledger = ledger.New(b.pool)
	var err error
	if b.key, err = checkpoint.OpenKey(filepath.Join(t.TempDir(), "log.key")); err != nil {
		t.Fatal(err)
	}
	if b.notary, err = notary.New(notary.Config{Pool: b.pool, Key: b.key}); err != nil {
		t.Fatal(err)
	}
	b.add(other, "elsewhere", 10)
	for _, to := range []int{signed1, signed2, signed3, size} {
		b.add(programme, inspection, to)
		if to < size {
			s, err := b.notary.Sign(t.Context(), programme)
			if err != nil {
				t.Fatal(err)
			}
			b.since = s.Note
		}
	}
	return b
}

func (b *bench) add(p events.Programme, i events.InspectionID, n int) {
	b.Helper()
	if err := b.grow(p, i, n); err != nil {
		b.Fatal(err)
	}
}

// grow appends events until there are n: three revisions to a stream.
func (b *bench) grow(p events.Programme, i events.InspectionID, n int) error {
	return b.ledger.Update(b.Context(), p, nil, func(ctx context.Context, tx *ledger.Tx) error {
		if _, err := tx.Claim(ctx, i, p); err != nil {
			return err
		}
		var ds []ledger.Draft
		for k := int(tx.Head().Position); k < n; k++ {
			c := events.CaseID(fmt.Sprintf("C%04d", k/3))
			d := ledger.Draft{
				ID: uuid.New(), Stream: events.JudgementStream(i, c, "4.1.07"), Revision: events.Revision(k%3 + 1),
				Type: events.TypeJudgementRecorded, TypeVersion: 1, OccurredAt: time.Unix(int64(k), 0),
				Actor: events.Actor(fmt.Sprintf("inspector-%d", k%4)), Team: "north", Inspection: i, Case: c,
				Causation: uuid.New(), Digest: sha256.Sum256([]byte(c)),
				Data: fmt.Appendf(nil, `{"case":%q,"question":"4.1.07","answer":"sufficient"}`, c),
			}
			if k == 0 {
				d.Type, d.Stream = events.TypeInspectionOpened, events.InspectionStream(i)
			}
			if k == 1 || k == 2 {
				d.Revision-- // the stream of its case begins here
			}
			ds = append(ds, d)
		}
		_, err := tx.Append(ctx, ds)
		return err
	})
}

// tables that a superuser takes the guards off.
var tables = []string{"events", "logs", "inspections", "tiles", "checkpoints", "cosignatures"}

// tamper does what only a superuser can, and puts the guards back.
func (b *bench) tamper(statements ...string) {
	b.Helper()
	b.hostile(func(tx pgx.Tx) error {
		for _, sql := range statements {
			tag, err := tx.Exec(b.Context(), sql)
			if err != nil {
				return fmt.Errorf("%s: %w", sql, err)
			}
			if tag.RowsAffected() == 0 && (tag.Update() || tag.Delete() || tag.Insert()) {
				return fmt.Errorf("%s: no row", sql)
			}
		}
		return nil
	})
}

func (b *bench) hostile(fn func(tx pgx.Tx) error) {
	b.Helper()
	err := pgx.BeginFunc(b.Context(), b.pool, func(tx pgx.Tx) error {
		guards := func(state string) error {
			for _, table := range tables {
				if _, err := tx.Exec(b.Context(), "ALTER TABLE ledger."+table+" "+state+" TRIGGER append_only"); err != nil {
					return err
				}
			}
			return nil
		}
		if err := guards("DISABLE"); err != nil {
			return err
		}
		if err := fn(tx); err != nil {
			return err
		}
		return guards("ENABLE ALWAYS")
	})
	if err != nil {
		b.Fatal(err)
	}
}

// rewrite makes hashes, head, frontier and tiles of p those of its events as they
// are now: what a superuser can do who has all but the key.
func (b *bench) rewrite(p events.Programme) {
	b.Helper()
	b.hostile(func(tx pgx.Tx) error {
		ctx := b.Context()
		var f proof.Frontier
		var last events.Recorded
		var leaves [][]byte
		_, err := ledger.Scan(ctx, tx, p, 0, 1_000_000, func(r *events.Recorded) error {
			r.Leaf = proof.LeafHash(r)
			last = *r
			leaves = append(leaves, bytes.Clone(r.Leaf[:]))
			return f.Append(r.Leaf)
		})
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE ledger.events AS e SET leaf = l.leaf
FROM unnest($2::bytea[]) WITH ORDINALITY AS l (leaf, position)
WHERE e.programme = $1 AND e.position = l.position`, string(p), leaves)
		if err != nil {
			return err
		}
		frontier, err := f.MarshalBinary()
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE ledger.logs SET position = $2, leaf = $3, frontier = $4, recorded_at = $5
WHERE programme = $1`, string(p), int64(last.Position), last.Leaf[:], frontier, last.RecordedAt)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM ledger.tiles WHERE programme = $1`, string(p)); err != nil {
			return err
		}
		for n := range len(leaves) / notary.Width {
			var hashes []byte
			for _, leaf := range leaves[n*notary.Width : (n+1)*notary.Width] {
				hashes = append(hashes, leaf...)
			}
			root := notary.TileRoot(hashes)
			_, err := tx.Exec(ctx, `INSERT INTO ledger.tiles (programme, level, n, root, hashes) VALUES ($1, 0, $2, $3, $4)`,
				string(p), int64(n), root[:], hashes)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// verify runs with the rights of a reader.
func (b *bench) verify(o verify.Options) verify.Report {
	b.Helper()
	r, err := verify.Verify(b.Context(), as(b.TB, b.pool, "aboveline_reader"), o)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

// as is a pool whose sessions have one of the group roles.
func as(t testing.TB, pool *pgxpool.Pool, role string) *pgxpool.Pool {
	t.Helper()
	c := pool.Config()
	c.ConnConfig.RuntimeParams["role"] = role
	limited, err := pgxpool.NewWithConfig(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(limited.Close)
	return limited
}
