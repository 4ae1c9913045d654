package runner

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

const (
	versionTable = "projections.goose_version"
	// migrationLock is the advisory lock that migrations of this package hold;
	// "abv" and the number of the package.
	migrationLock = 0x61627602
)

// createSchema makes room for the table of versions. Two sessions that do so at
// the same moment collide in the catalogue, which is as good.
const createSchema = `DO $$ BEGIN
	CREATE SCHEMA IF NOT EXISTS projections;
EXCEPTION WHEN duplicate_schema OR unique_violation THEN NULL;
END $$`

// Migrate brings the schema projections to that of this release. The ledger must
// have been migrated before, because it creates the roles. It is safe to run
// concurrently and again. The user of pool becomes the owner of the schema; unless
// it is a superuser it must be a member of aboveline_projector, or able to make
// itself one.
func Migrate(ctx context.Context, pool *pgxpool.Pool) (err error) {
	db := stdlib.OpenDBFromPool(pool)
	defer func() { err = errors.Join(err, db.Close()) }() // the pool stays open
	if _, err := db.ExecContext(ctx, createSchema); err != nil {
		return fmt.Errorf("runner: migrate: create schema projections: %w", err)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("runner: migrate: %w", err)
	}
	// One second between attempts, for five minutes: another process is migrating.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockID(migrationLock), lock.WithLockTimeout(1, 300))
	if err != nil {
		return fmt.Errorf("runner: migrate: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithTableName(versionTable), goose.WithSessionLocker(locker),
		goose.WithDisableGlobalRegistry(true), goose.WithSlog(slog.New(slog.DiscardHandler)))
	if err != nil {
		return fmt.Errorf("runner: migrate: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("runner: migrate: %w", err)
	}
	return nil
}
