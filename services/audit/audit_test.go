package audit_test

import (
	"context"
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/checkpoint"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/events/notary"
	"github.com/aboveline/aboveline/events/postgres"
	"github.com/aboveline/aboveline/events/verify"
	"github.com/aboveline/aboveline/services/audit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const programme = events.Programme("iaow-2013")

// fill makes a data directory with a signed ledger, as `aboveline serve` leaves it,
// and returns the server, running, and the checkpoint.
func fill(t *testing.T, dir string) (s *postgres.Server, since []byte) {
	t.Helper()
	s, err := postgres.Start(t.Context(), postgres.Config{Dir: filepath.Join(dir, "postgres")})
	check(t, err)
	t.Cleanup(func() { stop(t, s) })
	check(t, s.EnsureDatabase(t.Context(), "aboveline"))
	url := s.URL("aboveline")
	check(t, ledger.Migrate(t.Context(), url))
	pool, err := pgxpool.New(t.Context(), url)
	check(t, err)
	defer pool.Close()
	key, err := checkpoint.OpenKey(audit.KeyFile(dir))
	check(t, err)
	n, err := notary.New(notary.Config{Pool: pool, Key: key, Memory: audit.MemoryDir(dir)})
	check(t, err)
	check(t, ledger.New(pool).Update(t.Context(), programme, nil, func(ctx context.Context, tx *ledger.Tx) error {
		if _, err := tx.Claim(ctx, "hampshire", programme); err != nil {
			return err
		}
		ds := make([]ledger.Draft, 300)
		for i := range ds {
			c := events.CaseID(uuid.NewString())
			ds[i] = ledger.Draft{
				ID: uuid.New(), Stream: events.CaseStream("hampshire", c), Revision: 1, Type: events.TypeCaseDescribed,
				TypeVersion: 1, OccurredAt: time.Unix(0, 0), Actor: "ines", Inspection: "hampshire", Case: c,
				Causation: uuid.New(), Digest: sha256.Sum256([]byte(c)), Data: []byte(`{}`),
			}
		}
		_, err := tx.Append(ctx, ds)
		return err
	}))
	c, err := n.Sign(t.Context(), programme)
	check(t, err)
	return s, c.Note
}

func stop(t *testing.T, s *postgres.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 30*time.Second)
	defer cancel()
	check(t, s.Stop(ctx))
}

// With the server running and without, with and without what is outside of it.
func TestVerifyDataDir(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, note := fill(t, dir)
	since := filepath.Join(dir, "since")
	check(t, os.WriteFile(since, note, 0o600))
	var screen strings.Builder
	show, wipe := audit.ProgressLine(&screen)
	run := func(c audit.VerifyConfig) verify.Report {
		t.Helper()
		r, err := audit.Verify(t.Context(), c)
		check(t, err)
		return r
	}
	r := run(audit.VerifyConfig{DataDir: dir, Since: since, Progress: show})
	wipe()
	if !r.OK() || r.Events() != 300 || len(r.Unchecked) != 0 {
		t.Errorf("running: %+v", r)
	}
	if !strings.Contains(screen.String(), "300 events") {
		t.Errorf("progress: %q", screen.String())
	}
	if r := run(audit.VerifyConfig{DatabaseURL: s.URL("aboveline"), Key: checkpoint.VerifierFile(audit.KeyFile(dir))}); !r.OK() {
		t.Errorf("by URL: %+v", r)
	}
	if r := run(audit.VerifyConfig{DatabaseURL: s.URL("aboveline")}); !r.OK() || len(r.Unchecked) != 1 {
		t.Errorf("without a key: %+v", r)
	}
	stop(t, s)
	if r := run(audit.VerifyConfig{DataDir: dir, Since: since}); !r.OK() || r.Events() != 300 {
		t.Errorf("stopped: %+v", r)
	}

	// Everything in the database is removed; what is kept beside the key tells.
	s, err := postgres.Start(t.Context(), postgres.Config{Dir: filepath.Join(dir, "postgres")})
	check(t, err)
	t.Cleanup(func() { stop(t, s) })
	pool, err := pgxpool.New(t.Context(), s.URL("aboveline"))
	check(t, err)
	var sql strings.Builder
	for _, table := range []string{"checkpoints", "tiles", "events", "logs", "inspections"} {
		sql.WriteString("ALTER TABLE ledger." + table + " DISABLE TRIGGER append_only; DELETE FROM ledger." + table + ";")
	}
	_, err = pool.Exec(t.Context(), sql.String())
	pool.Close()
	check(t, err)
	r = run(audit.VerifyConfig{DataDir: dir})
	if d, ok := r.First(); !ok || d.Position != 1 || d.Through != 300 || !strings.Contains(d.Problem, "beside the key") {
		t.Errorf("everything is gone: %+v", r)
	}
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty")
	check(t, os.WriteFile(empty, nil, 0o600))
	for name, c := range map[string]audit.VerifyConfig{
		"no place":           {},
		"no data in it":      {DataDir: dir},
		"no such since":      {DataDir: dir, Since: filepath.Join(dir, "none")},
		"empty since":        {DataDir: dir, Since: empty},
		"no such key":        {DataDir: dir, Key: filepath.Join(dir, "none")},
		"not a key":          {DataDir: dir, Key: empty},
		"not a database URL": {DatabaseURL: "postgres://%"},
	} {
		if _, err := audit.Verify(t.Context(), c); err == nil {
			t.Errorf("%s: no error", name)
		} else {
			t.Logf("%s: %v", name, err)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("a refusal left %v, %v", entries, err)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
