package runner_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/events/postgres/postgrestest"
	"github.com/aboveline/aboveline/projections/runner"
)

var ledgers = postgrestest.Template("ledger", ledger.Migrate)

func TestMigrateConcurrentlyAndAgain(t *testing.T) {
	t.Parallel()
	urls := []string{ledgers.URL(t), ledgers.URL(t)}
	var g errgroup.Group
	for range 3 {
		for _, url := range urls { // each with connections of its own, as processes have
			g.Go(func() error { return migrate(t, url) })
		}
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, url := range urls {
		if err := migrate(t, url); err != nil {
			t.Fatal(err)
		}
	}
}

func migrate(t *testing.T, url string) error {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return err
	}
	config.MaxConns = 1
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		return err
	}
	defer pool.Close()
	return runner.Migrate(t.Context(), pool)
}

// A login that is no superuser can migrate and run, when it is in the group.
func TestMigrateWithoutSuperuser(t *testing.T) {
	t.Parallel()
	pool := ledgers.New(t)
	var name string
	if err := pool.QueryRow(t.Context(), `SELECT current_database()`).Scan(&name); err != nil {
		t.Fatal(err)
	}
	login := "owner_of_" + name
	for _, sql := range []string{
		`CREATE ROLE ` + login, `GRANT aboveline_projector TO ` + login, `GRANT CREATE ON DATABASE ` + name + ` TO ` + login,
	} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	own := as(t, pool, login)
	if err := runner.Migrate(t.Context(), own); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), createJournal); err != nil {
		t.Fatal(err)
	}
	add(t, ledger.New(pool), programme, 3)
	start(t, config(own)).reach(3)
	wantJournal(t, as(t, pool, reader), programme, 3)
}

func TestRolesAreRefusedWhatTheyShouldNotDo(t *testing.T) {
	t.Parallel()
	pool := db.New(t)
	add(t, ledger.New(pool), programme, 3)
	start(t, config(as(t, pool, projector))).reach(3)
	const (
		readRows      = `SELECT count(*) FROM projections.journal`
		readPartition = `SELECT count(*) FROM projections.journal_1`
		readScores    = `SELECT count(*) FROM projections.score_history`
		readState     = `SELECT count(*) FROM projections.active JOIN projections.checkpoints USING (generation)
			JOIN projections.generations USING (generation)`
		writeRows      = `DELETE FROM projections.journal`
		writePartition = `INSERT INTO projections.journal_1 VALUES (1, 100, '')`
		moveCheckpoint = `UPDATE projections.checkpoints SET position = 0`
		activate       = `DELETE FROM projections.active`
		addGeneration  = `INSERT INTO projections.generations (projection, programme, version) VALUES ('x', 'x', 1)`
		addPartition   = `CREATE TABLE projections.journal_99 PARTITION OF projections.journal FOR VALUES IN (99)`
		dropPartition  = `DROP TABLE projections.journal_1`
		dropState      = `DROP TABLE projections.checkpoints CASCADE`
		readVersions   = `SELECT count(*) FROM projections.goose_version`
		migrateAgain   = `DELETE FROM projections.goose_version`
		dropVersions   = `DROP TABLE projections.goose_version`
		dropSchema     = `DROP SCHEMA projections CASCADE`
		writeLedger    = `INSERT INTO ledger.events SELECT * FROM ledger.events WHERE false`
		readKeys       = `SELECT count(*) FROM vault.keys`
	)
	reads := []string{readRows, readPartition, readScores, readState}
	writes := []string{
		writeRows, writePartition, moveCheckpoint, activate, addGeneration, addPartition, dropPartition,
	}
	nobody := []string{dropState, readVersions, migrateAgain, dropVersions, dropSchema, writeLedger}
	for role, may := range map[string][]string{
		reader:    append(slices.Clone(reads), readKeys), // the vault lets readers open notes
		projector: append(slices.Clone(reads), writes...),
	} {
		for _, sql := range slices.Concat(reads, writes, nobody, []string{readKeys}) {
			tx, err := as(t, pool, role).Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			_, err = tx.Exec(t.Context(), sql)
			var pg *pgconn.PgError
			refused := errors.As(err, &pg) && pg.Code == "42501" // insufficient_privilege
			if slices.Contains(may, sql) && err != nil {
				t.Errorf("%s cannot %s: %v", role, sql, err)
			}
			if !slices.Contains(may, sql) && !refused {
				t.Errorf("%s is not refused %s: %v", role, sql, err)
			}
			if err := tx.Rollback(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	// Partitions belong to the group, whoever's session made them.
	var others int
	err := pool.QueryRow(t.Context(), `SELECT count(*) FROM pg_class WHERE relnamespace = 'projections'::regnamespace
		AND relispartition AND relkind = 'r' AND relowner <> 'aboveline_projector'::regrole`).Scan(&others)
	if err != nil || others != 0 {
		t.Errorf("%d partitions belong to others (%v)", others, err)
	}
}
