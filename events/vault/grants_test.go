package vault_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aboveline/aboveline/events/vault"
)

const (
	insufficientPrivilege = "42501"
	restrictViolation     = "23001"
)

func TestRoles(t *testing.T) {
	t.Parallel()
	pool, master := ledgers.New(t), masterKey(t)
	recorder := vault.New(as(t, pool, "aboveline_recorder"), master)
	reader := vault.New(as(t, pool, "aboveline_reader"), master)
	if err := reader.Check(t.Context()); err != nil {
		t.Errorf("a reader of an unbegun vault: %v", err)
	}
	s := seal(t, keyOf(t, recorder, "i/h/c/C001"), "a note")
	if _, err := recorder.Destroy(t.Context(), programme, "i/h/c/C001"); !refusedWith(err, insufficientPrivilege) {
		t.Errorf("the recorder destroys a key: %v", err)
	}
	if err := reader.Check(t.Context()); err != nil {
		t.Errorf("a reader checks: %v", err)
	}
	if got, err := reader.Open(t.Context(), s, place()); err != nil || got != "a note" {
		t.Errorf("a reader opens %q, %v", got, err)
	}
	if _, err := reader.Keys(t.Context(), programme, []vault.Person{"i/h/c/C002"}); !refusedWith(err, insufficientPrivilege) {
		t.Errorf("a reader makes a key: %v", err)
	}
	projector := vault.New(as(t, pool, "aboveline_projector"), master)
	if _, err := projector.Open(t.Context(), s, place()); !refusedWith(err, insufficientPrivilege) {
		t.Errorf("a projector opens: %v", err)
	}
}

func TestKeysAreNeverLost(t *testing.T) {
	t.Parallel()
	pool := ledgers.New(t)
	v := vault.New(pool, masterKey(t))
	keyOf(t, v, "i/h/c/C001")
	keyOf(t, v, "i/h/c/C002")
	if _, err := v.Destroy(t.Context(), programme, "i/h/c/C002"); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		"DELETE FROM vault.keys",
		"TRUNCATE vault.keys",
		"DELETE FROM vault.master",
		"TRUNCATE vault.master",
		"UPDATE vault.master SET id = decode(repeat('00', 16), 'hex')",
		"UPDATE vault.keys SET person = 'somebody else' WHERE destroyed_at IS NULL",
		"UPDATE vault.keys SET wrapped = decode(repeat('00', 60), 'hex') WHERE destroyed_at IS NULL",
		"UPDATE vault.keys SET wrapped = NULL, destroyed_at = now(), programme = 'other' WHERE destroyed_at IS NULL",
		"UPDATE vault.keys SET wrapped = decode(repeat('00', 60), 'hex'), destroyed_at = NULL WHERE destroyed_at IS NOT NULL",
		"UPDATE vault.keys SET destroyed_at = now() WHERE destroyed_at IS NOT NULL",
	} {
		for _, replica := range []string{"origin", "replica"} {
			conn, err := pool.Acquire(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := conn.Exec(t.Context(), "SET session_replication_role = "+replica); err != nil {
				t.Fatal(err)
			}
			if _, err := conn.Exec(t.Context(), sql); !refusedWith(err, restrictViolation) {
				t.Errorf("%s (%s): %v", sql, replica, err)
			}
			conn.Release()
		}
	}
}

// TestLookupsUseTheirIndex looks at the plan on a table that was never analysed,
// as it is while a new programme is being imported.
func TestLookupsUseTheirIndex(t *testing.T) {
	t.Parallel()
	pool := ledgers.New(t)
	if _, err := pool.Exec(t.Context(), `INSERT INTO vault.keys (id, person, programme, master, wrapped)
SELECT gen_random_uuid(), 'i/h/c/' || n, 'p', decode(repeat('00', 16), 'hex'), decode(repeat('00', 60), 'hex')
FROM generate_series(1, 20000) AS n`); err != nil {
		t.Fatal(err)
	}
	persons := make([]string, 500)
	for i := range persons {
		persons[i] = "i/h/c/" + strings.Repeat("7", i%5+1)
	}
	var plan json.RawMessage
	err := pool.QueryRow(t.Context(), "EXPLAIN (FORMAT json) "+vault.ReadKeys, persons, "p").Scan(&plan)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(plan), "keys_person_key") || strings.Contains(string(plan), "Seq Scan") {
		t.Errorf("the lookup does not use its index: %s", plan)
	}
}
