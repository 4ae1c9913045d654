package ledger_test

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sync/errgroup"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/events/ledger/internal/queries"
	"github.com/aboveline/aboveline/events/postgres/postgrestest"
)

func TestMigrateConcurrentlyAndAgain(t *testing.T) {
	t.Parallel()
	urls := []string{postgrestest.URL(t), postgrestest.URL(t)}
	var g errgroup.Group
	for range 3 {
		for _, url := range urls { // the roles are shared by all databases of the server
			g.Go(func() error { return ledger.Migrate(t.Context(), url) })
		}
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if err := ledger.Migrate(t.Context(), urls[0]); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), urls[0])
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	var twice int
	err = conn.QueryRow(t.Context(),
		`SELECT count(*) - count(DISTINCT version_id) FROM ledger.goose_version`).Scan(&twice)
	if err != nil || twice != 0 {
		t.Errorf("%d migrations ran twice, %v", twice, err)
	}
}

// Whoever asks, a superuser with triggers of replicas only included: what was
// recorded stays.
func TestAppendOnlyEvenForASuperuser(t *testing.T) {
	t.Parallel()
	pool := db.New(t)
	l := ledger.New(pool)
	want := mustAdd(t, l, programme, drafts(0, 3))
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	for _, session := range []string{"origin", "replica"} {
		if _, err := conn.Exec(t.Context(), "SET session_replication_role = "+session); err != nil {
			t.Fatal(err)
		}
		for _, sql := range []string{
			`UPDATE ledger.events SET actor = 'somebody else'`,
			`UPDATE ledger.events SET actor = 'somebody else' WHERE false`,
			`DELETE FROM ledger.events WHERE position = 3`,
			`TRUNCATE ledger.events`,
			`UPDATE ledger.inspections SET programme = 'mine'`,
			`DELETE FROM ledger.inspections`,
			`DELETE FROM ledger.logs`,
			`TRUNCATE ledger.logs`,
		} {
			_, err := conn.Exec(t.Context(), sql)
			var pg *pgconn.PgError
			if !errors.As(err, &pg) || !strings.Contains(pg.Message, "is append-only") {
				t.Errorf("%s, %s: %v", session, sql, err)
			}
		}
	}
	if got := collect(t, l.Read(t.Context(), programme, 0, 0)); len(got) != len(want) {
		t.Errorf("%d events are left of %d", len(got), len(want))
	}
}

func TestRolesAreRefusedWhatTheyShouldNotDo(t *testing.T) {
	t.Parallel()
	pool := db.New(t)
	mustAdd(t, ledger.New(pool), programme, drafts(0, 1))
	const (
		readEvents   = `SELECT count(*) FROM ledger.events`
		insertEvent  = `INSERT INTO ledger.events SELECT * FROM ledger.events WHERE false`
		updateEvent  = `UPDATE ledger.events SET actor = 'x' WHERE false`
		deleteEvent  = `DELETE FROM ledger.events WHERE false`
		truncate     = `TRUNCATE ledger.events`
		disable      = `ALTER TABLE ledger.events DISABLE TRIGGER ALL`
		drop         = `DROP TABLE ledger.events`
		readHead     = `SELECT count(*) FROM ledger.logs`
		updateHead   = `UPDATE ledger.logs SET control = control`
		lockHead     = `SELECT 1 FROM ledger.logs FOR UPDATE`
		createHead   = `INSERT INTO ledger.logs (programme) VALUES ('second')`
		deleteHead   = `DELETE FROM ledger.logs`
		readClaims   = `SELECT count(*) FROM ledger.inspections`
		claim        = `INSERT INTO ledger.inspections (inspection, programme) VALUES ('i', 'p')`
		moveClaim    = `UPDATE ledger.inspections SET programme = 'p'`
		migrateAgain = `UPDATE ledger.goose_version SET version_id = 0`
		create       = `CREATE TABLE ledger.mine (n int)`
	)
	all := []string{
		readEvents, insertEvent, updateEvent, deleteEvent, truncate, disable, drop, readHead, updateHead, lockHead,
		createHead, deleteHead, readClaims, claim, moveClaim, migrateAgain, create,
	}
	reads := []string{readEvents, readHead, readClaims}
	may := map[string][]string{
		"aboveline_reader":    reads,
		"aboveline_projector": reads,
		"aboveline_recorder":  append(reads, insertEvent, updateHead, lockHead, createHead, claim),
	}
	for role, allowed := range may {
		for _, sql := range all {
			tx, err := pool.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tx.Exec(t.Context(), "SET LOCAL ROLE "+role); err != nil {
				t.Fatal(err)
			}
			_, err = tx.Exec(t.Context(), sql)
			var pg *pgconn.PgError
			refused := errors.As(err, &pg) && pg.Code == "42501" // insufficient_privilege
			if slices.Contains(allowed, sql) && err != nil {
				t.Errorf("%s cannot %s: %v", role, sql, err)
			}
			if !slices.Contains(allowed, sql) && !refused {
				t.Errorf("%s is not refused %s: %v", role, sql, err)
			}
			if err := tx.Rollback(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// The recorder's role is enough for everything that this package does.
func TestRecorderRoleSuffices(t *testing.T) {
	t.Parallel()
	pool := db.New(t)
	config := pool.Config()
	config.ConnConfig.RuntimeParams["role"] = "aboveline_recorder"
	l := ledger.New(connect(t, config))
	for i, n := range []int{1, 50} {
		mustAdd(t, l, programme, drafts(i*100, n))
	}
	if rs := collect(t, l.Read(t.Context(), programme, 0, 0)); len(rs) != 51 {
		t.Errorf("read %d events, want 51", len(rs))
	}
}

// The types of control events are named in the migration and in a query, which
// must agree with events.Type.Control.
func TestControlTypesAgree(t *testing.T) {
	t.Parallel()
	var want []string
	for _, k := range events.Current().Kinds() {
		if k.Type.Control() && !slices.Contains(want, string(k.Type)) {
			want = append(want, string(k.Type))
		}
	}
	slices.Sort(want)
	var index string
	err := db.New(t).QueryRow(t.Context(),
		`SELECT pg_get_expr(indpred, indrelid) FROM pg_index WHERE indexrelid = 'ledger.events_control_idx'::regclass`).
		Scan(&index)
	if err != nil {
		t.Fatal(err)
	}
	for where, sql := range map[string]string{
		"index": index, "query by type": queries.ReadControlType, "query": queries.ReadControl,
	} {
		var got []string
		for _, m := range regexp.MustCompile(`'(\w+)'`).FindAllStringSubmatch(sql, -1) {
			got = append(got, m[1])
		}
		slices.Sort(got)
		if !slices.Equal(want, got) {
			t.Errorf("%s names %v, control types are %v", where, got, want)
		}
	}
}
