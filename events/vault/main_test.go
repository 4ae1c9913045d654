package vault_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/events/postgres/postgrestest"
	"github.com/aboveline/aboveline/events/vault"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

var ledgers = postgrestest.Template("ledger", ledger.Migrate)

const programme events.Programme = "iaow-2013-hampshire"

func masterKey(t testing.TB) vault.MasterKey {
	t.Helper()
	m, err := vault.CreateMasterKey(filepath.Join(t.TempDir(), "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// as returns a pool whose sessions have one of the group roles.
func as(t testing.TB, pool *pgxpool.Pool, role string) *pgxpool.Pool {
	t.Helper()
	cfg := pool.Config()
	cfg.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "SET ROLE "+pgx.Identifier{role}.Sanitize())
		return err
	}
	limited, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(limited.Close)
	return limited
}

func keyOf(t testing.TB, v *vault.Vault, person vault.Person) vault.Key {
	t.Helper()
	keys, err := v.Keys(t.Context(), programme, []vault.Person{person})
	if err != nil {
		t.Fatal(err)
	}
	return keys[person]
}

func place() vault.AAD {
	return vault.AAD{Programme: programme, Event: uuid.MustParse("0193a1f0-7c1e-7000-8000-00000000000a"), Field: "note"}
}

func seal(t testing.TB, k vault.Key, text string) events.Sealed {
	t.Helper()
	s, err := k.Seal(text, place())
	if err != nil {
		t.Fatal(err)
	}
	return s
}
