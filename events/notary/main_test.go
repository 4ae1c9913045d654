package notary_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/checkpoint"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/events/notary"
	"github.com/aboveline/aboveline/events/postgres/postgrestest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(postgrestest.M{M: m}) }

var database = postgrestest.Template("ledger", ledger.Migrate)

const programme = events.Programme("iaow-2013")

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

// bench is a ledger with a notary that has its own rights only.
type bench struct {
	pool   *pgxpool.Pool
	rights *pgxpool.Pool // of aboveline_notary
	ledger *ledger.Ledger
	key    *checkpoint.Key
	notary *notary.Notary
	log    *notary.Log
	leaves []tlog.Hash // of what add appended
	stored []tlog.Hash // the library's own storage of the same tree
}

func newBench(t testing.TB) *bench {
	t.Helper()
	b := &bench{pool: database.New(t)}
	b.rights, b.ledger = as(t, b.pool, "aboveline_notary"), ledger.New(b.pool)
	b.log = notary.NewLog(as(t, b.pool, "aboveline_reader"))
	var err error
	if b.key, err = checkpoint.OpenKey(filepath.Join(t.TempDir(), "log.key")); err != nil {
		t.Fatal(err)
	}
	b.notary = b.another(t, notary.Config{})
	return b
}

// another is a notary with the same key.
func (b *bench) another(t testing.TB, c notary.Config) *notary.Notary {
	t.Helper()
	c.Pool, c.Key = b.rights, b.key
	n, err := notary.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// add appends n events.
func (b *bench) add(t testing.TB, n int) {
	t.Helper()
	rs, err := appended(t.Context(), b.ledger, n)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rs {
		hashes, err := tlog.StoredHashesForRecordHash(int64(len(b.leaves)), r.Leaf, b.reader())
		if err != nil {
			t.Fatal(err)
		}
		b.leaves, b.stored = append(b.leaves, r.Leaf), append(b.stored, hashes...)
	}
}

// reader reads the library's own storage.
func (b *bench) reader() tlog.HashReaderFunc {
	return func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			out[i] = b.stored[x]
		}
		return out, nil
	}
}

func appended(ctx context.Context, l *ledger.Ledger, n int) (rs []events.Recorded, err error) {
	err = l.Update(ctx, programme, nil, func(ctx context.Context, tx *ledger.Tx) error {
		ds := make([]ledger.Draft, n)
		for i := range ds {
			c := events.CaseID(fmt.Sprintf("C%07d", int(tx.Head().Position)+i))
			ds[i] = ledger.Draft{
				ID: uuid.New(), Stream: events.CaseStream("hampshire", c), Revision: 1, Type: events.TypeCaseDescribed,
				TypeVersion: 1, OccurredAt: time.Unix(0, 0), Actor: "ines", Inspection: "hampshire", Case: c,
				Causation: uuid.New(), Digest: sha256.Sum256([]byte(c)), Data: []byte(`{}`),
			}
		}
		rs, err = tx.Append(ctx, ds)
		return err
	})
	return rs, err
}

func (b *bench) sign(t testing.TB) checkpoint.Signed {
	t.Helper()
	s, err := b.notary.Sign(t.Context(), programme)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
