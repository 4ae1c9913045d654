package notary_test

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestRoles(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.add(t, 300)
	b.sign(t)
	const insert = `INSERT INTO ledger.`
	tile := insert + `tiles SELECT 7, level, programme, root, hashes FROM ledger.tiles`
	point := insert + `checkpoints (size, previous, programme, root, note)
	SELECT 1000, 999, programme, root, note FROM ledger.checkpoints`
	event := insert + `events SELECT 1000, occurred_at, recorded_at, revision, type_version, gen_random_uuid(), causation,
	programme, stream || 'x', type, actor, team, inspection, case_id, digest, leaf, data FROM ledger.events WHERE position = 1`
	head := `UPDATE ledger.logs SET control = control`
	read := `SELECT data FROM ledger.events LIMIT 1`
	hashes := `SELECT programme, position, leaf FROM ledger.events LIMIT 1`
	change := []string{
		`UPDATE ledger.events SET actor = 'x'`, `DELETE FROM ledger.events`, `TRUNCATE ledger.events`,
		`UPDATE ledger.tiles SET n = 9`, `DELETE FROM ledger.tiles`, `TRUNCATE ledger.tiles`,
		`UPDATE ledger.checkpoints SET note = 'x'`, `DELETE FROM ledger.checkpoints`, `TRUNCATE ledger.checkpoints CASCADE`,
		`DELETE FROM ledger.cosignatures`, `DELETE FROM ledger.logs`, `TRUNCATE ledger.logs`, `DELETE FROM ledger.inspections`,
		`DROP TABLE ledger.events`, `ALTER TABLE ledger.events DISABLE TRIGGER append_only`,
		`SET session_replication_role = replica`,
		`CREATE TABLE ledger.mine (n int)`, `DELETE FROM vault.keys`, `UPDATE vault.keys SET wrapped = NULL`,
	}
	for role, c := range map[string]struct{ may, mayNot []string }{
		"aboveline_notary": {
			[]string{hashes, tile, point},
			[]string{read, event, head, `SELECT * FROM vault.keys`, insert + `logs VALUES ('x')`},
		},
		"aboveline_recorder": {[]string{read, event, head}, []string{tile, point}},
		"aboveline_reader": {
			[]string{read, hashes, `SELECT note FROM ledger.checkpoints`},
			[]string{event, head, tile, point},
		},
		"aboveline_projector": {[]string{read}, []string{event, head, tile, point, `SELECT * FROM vault.keys`}},
	} {
		t.Run(role, func(t *testing.T) {
			pool := as(t, b.pool, role)
			for _, sql := range append(c.mayNot, change...) {
				var pg *pgconn.PgError
				if _, err := pool.Exec(t.Context(), sql); !errors.As(err, &pg) || pg.Code != "42501" {
					t.Errorf("%s: %v, want insufficient privilege", sql, err)
				}
			}
			for _, sql := range c.may {
				tx, err := pool.Begin(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if _, err := tx.Exec(t.Context(), sql); err != nil {
					t.Errorf("%s: %v", sql, err)
				}
				if err := tx.Rollback(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	// And the guards hold for the owner too.
	for _, session := range []string{"origin", "replica"} {
		for _, table := range []string{"tiles", "checkpoints", "cosignatures"} {
			for _, sql := range []string{"DELETE FROM ledger." + table, "TRUNCATE ledger." + table + " CASCADE"} {
				var pg *pgconn.PgError
				_, err := b.pool.Exec(t.Context(), "SET session_replication_role = "+session+"; "+sql)
				if !errors.As(err, &pg) || pg.Code != "23001" {
					t.Errorf("%s, %s: %v", session, sql, err)
				}
			}
		}
	}
}
