package ledger

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

const (
	versionTable = "ledger.goose_version"
	// migrationLock is the advisory lock that migrations of this package hold;
	// "abv" and the number of the package.
	migrationLock = 0x61627601
)

// createSchema makes room for the table of versions. Two sessions that do so at
// the same moment collide in the catalogue, which is as good.
const createSchema = `DO $$ BEGIN
	CREATE SCHEMA IF NOT EXISTS ledger;
EXCEPTION WHEN duplicate_schema OR unique_violation THEN NULL;
END $$`

// Migrate brings the database at url to the schema of this release: the schemas
// ledger and vault and the roles aboveline_recorder, aboveline_reader and
// aboveline_projector, which are groups without login. It is safe to run
// concurrently and again. The user of url becomes the owner and needs the right to
// create schemas, and roles where those do not exist yet.
func Migrate(ctx context.Context, url string) (err error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("ledger: migrate: %w", err)
	}
	db := stdlib.OpenDB(*config)
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, createSchema); err != nil {
		return fmt.Errorf("ledger: migrate: create schema ledger: %w", err)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("ledger: migrate: %w", err)
	}
	// One second between attempts, for five minutes: another process is migrating.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockID(migrationLock), lock.WithLockTimeout(1, 300))
	if err != nil {
		return fmt.Errorf("ledger: migrate: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithTableName(versionTable), goose.WithSessionLocker(locker),
		goose.WithDisableGlobalRegistry(true), goose.WithSlog(slog.New(slog.DiscardHandler)))
	if err != nil {
		return fmt.Errorf("ledger: migrate: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("ledger: migrate: %w", err)
	}
	return nil
}
