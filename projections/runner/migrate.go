package runner

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the schema projections up to date. The ledger must have been
// migrated before, because it creates the roles. It is safe to run concurrently.
func Migrate(ctx context.Context, pool *pgxpool.Pool) error {
	db := stdlib.OpenDBFromPool(pool)
	defer db.Close() //nolint:errcheck // closes nothing of the pool's
	if _, err := db.ExecContext(ctx, "CREATE SCHEMA IF NOT EXISTS projections"); err != nil {
		return fmt.Errorf("runner: migrate: %w", err)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return fmt.Errorf("runner: migrate: %w", err)
	}
	store, err := database.NewStore(database.DialectPostgres, "projections.goose_version")
	if err != nil {
		return fmt.Errorf("runner: migrate: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectCustom, db, files, goose.WithStore(store), goose.WithSessionLocker(locker))
	if err != nil {
		return fmt.Errorf("runner: migrate: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("runner: migrate: %w", err)
	}
	return nil
}
