package ledger_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
)

func connect(t *testing.T, config *pgxpool.Config) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// cutter is a connection that fails at the COMMIT when it is armed: instead of
// sending it, or after the server has answered.
type cutter struct {
	net.Conn
	mode *atomic.Int32
	cut  bool
}

const (
	cutNever int32 = iota
	cutInstead
	cutAfter
)

func (c *cutter) Write(b []byte) (int, error) {
	// The statement's name is in the Bind message; preparing it is a Parse with SQL.
	if bytes.Contains(b, []byte("aboveline_commit")) && !bytes.Contains(b, []byte("COMMIT")) {
		switch c.mode.Load() {
		case cutInstead:
			c.cut = true
			return len(b), c.Close()
		case cutAfter:
			c.cut = true
		}
	}
	return c.Conn.Write(b)
}

func (c *cutter) Read(b []byte) (int, error) {
	if !c.cut {
		return c.Conn.Read(b)
	}
	// A server that finds its client gone may stop short of the COMMIT, so wait for
	// the end of its answer (ReadyForQuery, idle) and then lose it.
	for c.mode.Load() == cutAfter {
		n, err := c.Conn.Read(b)
		if err != nil || bytes.HasSuffix(b[:n], []byte("Z\x00\x00\x00\x05I")) {
			break
		}
	}
	return 0, io.ErrUnexpectedEOF
}

// cuttable is a ledger over cutters, and the switch of their mode.
func cuttable(t *testing.T, pool *pgxpool.Pool) (*ledger.Ledger, *atomic.Int32) {
	mode := &atomic.Int32{}
	config := pool.Config()
	config.ConnConfig.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		var d net.Dialer
		conn, err := d.DialContext(ctx, network, addr)
		return &cutter{Conn: conn, mode: mode}, err
	}
	return ledger.New(connect(t, config)), mode
}

// After a commit without an answer, an Update with the same ids finds out what
// happened, whichever it was.
func TestCommitWithoutAnswer(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		mode      int32
		committed bool
	}{
		"lost on the way": {cutInstead, false},
		"answer lost":     {cutAfter, true},
	} {
		for _, n := range []int{1, 50} {
			l, mode := cuttable(t, db.New(t))
			mustAdd(t, l, programme, drafts(0, 2))
			ds := drafts(100, n)
			mode.Store(tt.mode)
			_, err := add(t.Context(), l, programme, ds)
			if !ledger.IsAmbiguous(err) || !ledger.IsUnavailable(err) || ledger.IsConflict(err) {
				t.Errorf("%s, %d: error %v is not ambiguous", name, n, err)
			}
			mode.Store(cutNever)
			err = l.Update(t.Context(), programme, ids(ds), func(ctx context.Context, tx *ledger.Tx) error {
				for i, d := range ds {
					if k, ok := tx.Known(d.ID); ok != tt.committed || ok && k.Position != events.Position(3+i) {
						t.Errorf("%s, %d: draft %d: %+v, %v", name, n, i, k, ok)
					}
				}
				if tt.committed {
					return nil
				}
				_, err := tx.Append(ctx, ds)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			rs := collect(t, l.Read(t.Context(), programme, 0, 0))
			if len(rs) != 2+n {
				t.Errorf("%s, %d: %d events, want %d", name, n, len(rs), 2+n)
			}
			verify(t, l, programme, rs)
		}
	}
}

func TestSessionKilledDuringUpdate(t *testing.T) {
	t.Parallel()
	pool := db.New(t)
	l := ledger.New(pool)
	kill := func(ctx context.Context) error {
		_, err := pool.Exec(ctx, `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
			WHERE datname = current_database() AND state = 'idle in transaction'`)
		return err
	}
	for _, n := range []int{1, 50} {
		err := l.Update(t.Context(), programme, nil, func(ctx context.Context, tx *ledger.Tx) error {
			if _, err := tx.Append(ctx, drafts(0, n)); err != nil {
				return err
			}
			return kill(ctx)
		})
		if !ledger.IsUnavailable(err) {
			t.Errorf("%d: error %v does not say that the database was unavailable", n, err)
		}
		if h, err := l.Head(t.Context(), programme); err != nil || h != (ledger.Head{}) {
			t.Errorf("%d: head %+v, %v", n, h, err)
		}
	}
	mustAdd(t, l, programme, drafts(0, 50))
}

func TestDeadlineWhileAnotherHoldsTheHead(t *testing.T) {
	t.Parallel()
	l := ledger.New(db.New(t))
	mustAdd(t, l, programme, drafts(0, 1))
	err := l.Update(t.Context(), programme, nil, func(ctx context.Context, _ *ledger.Tx) error {
		short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		defer cancel()
		_, err := add(short, l, programme, drafts(1, 1))
		if !ledger.IsUnavailable(err) || ledger.IsAmbiguous(err) {
			t.Errorf("error %v: want unavailable, not ambiguous", err)
		}
		// Another programme is not held up.
		_, err = add(ctx, l, "second", drafts(1, 1))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	mustAdd(t, l, programme, drafts(1, 1))
}

func TestClassification(t *testing.T) {
	t.Parallel()
	for _, code := range []string{
		"08006", "53100", "53300", "57P01", "57P02", "57P03", "57014", "25006", "58030", "40P01", "55P03",
	} {
		if !ledger.IsUnavailable(&pgconn.PgError{Code: code}) {
			t.Errorf("%s is not unavailable", code)
		}
	}
	for _, code := range []string{"42501", "42P01", "22001", "23505", "23514", "28P01"} {
		if ledger.IsUnavailable(&pgconn.PgError{Code: code}) {
			t.Errorf("%s is unavailable", code)
		}
	}
	if ledger.IsConflict(&pgconn.PgError{Code: "23505", SchemaName: "vault"}) {
		t.Error("a unique violation elsewhere is a conflict")
	}
	if ledger.IsUnavailable(context.Canceled) || ledger.IsUnavailable(errors.New("mine")) || ledger.IsUnavailable(nil) {
		t.Error("an error that is not the database's is unavailable")
	}
	pool, err := pgxpool.New(t.Context(), "host=/nonexistent user=u dbname=d")
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := ledger.New(pool).Head(t.Context(), programme); !ledger.IsUnavailable(err) {
		t.Errorf("no server: %v is not unavailable", err)
	}
}
