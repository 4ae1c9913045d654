package runner_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/events/postgres/postgrestest"
	"github.com/aboveline/aboveline/projections/runner"
)

// db has the tables of the journal beside those of the release.
var db = postgrestest.Template("runner", func(ctx context.Context, url string) error {
	if err := ledger.Migrate(ctx, url); err != nil {
		return err
	}
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := runner.Migrate(ctx, pool); err != nil {
		return err
	}
	_, err = pool.Exec(ctx, createJournal)
	return err
})

func TestMain(m *testing.M) { goleak.VerifyTestMain(postgrestest.M{M: m}) }

const projector, reader = "aboveline_projector", "aboveline_reader"

// as is a pool with the rights of a role only.
func as(t testing.TB, pool *pgxpool.Pool, role string) *pgxpool.Pool {
	t.Helper()
	config := pool.Config()
	config.ConnConfig.RuntimeParams["role"] = role
	limited, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(limited.Close)
	return limited
}
