package postgrestest_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"github.com/aboveline/aboveline/events/postgres/postgrestest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(postgrestest.M{M: m}) }

var migrations atomic.Int32

var kind = postgrestest.Template("kind", func(ctx context.Context, url string) error {
	migrations.Add(1)
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "CREATE TABLE things (n int PRIMARY KEY); INSERT INTO things VALUES (1)")
	return err
})

func TestDatabasesAreApart(t *testing.T) {
	t.Parallel()
	for i := range 8 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			pool := kind.New(t)
			var sum int
			if err := pool.QueryRow(t.Context(), "SELECT sum(n) FROM things").Scan(&sum); err != nil || sum != 1 {
				t.Fatalf("a new database holds %d (%v), want the template's 1", sum, err)
			}
			if _, err := pool.Exec(t.Context(), "INSERT INTO things VALUES ($1)", 100+i); err != nil {
				t.Fatal(err)
			}
			if n := migrations.Load(); n != 1 {
				t.Errorf("the template was migrated %d times, want once", n)
			}
		})
	}
}

func TestEmptyDatabase(t *testing.T) {
	t.Parallel()
	var n int
	err := postgrestest.New(t).QueryRow(t.Context(),
		"SELECT count(*) FROM pg_class c JOIN pg_namespace s ON s.oid = relnamespace WHERE nspname = 'public'").Scan(&n)
	if err != nil || n != 0 {
		t.Errorf("an empty database has %d relations (%v)", n, err)
	}
}

func TestDatabaseIsDropped(t *testing.T) {
	t.Parallel()
	var url string
	t.Run("inner", func(t *testing.T) {
		url = kind.URL(t)
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		// The session stays open: dropping the database has to end it.
		t.Cleanup(func() { conn.PgConn().Conn().Close() })
	})
	conn, err := pgx.Connect(t.Context(), url)
	if err == nil {
		conn.Close(t.Context())
		t.Error("the database is still there after its test")
	}
}
