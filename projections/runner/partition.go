package runner

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// projectorRole owns the partitions, whoever makes them.
const projectorRole = "aboveline_projector"

func actAsProjector(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, `SET LOCAL ROLE `+projectorRole); err != nil {
		return fmt.Errorf("runner: the login must be a member of %s: %w", projectorRole, err)
	}
	return nil
}

// Partition is the partition of a table of schema projections that holds the rows
// of a generation.
func Partition(table string, g Generation) pgx.Identifier {
	return pgx.Identifier{"projections", fmt.Sprintf("%s_%d", table, g)}
}

func parent(table string) string { return pgx.Identifier{"projections", table}.Sanitize() }

// addPartition makes the partition of a table for a generation. It is attached
// when it is ready, which readers of the table do not wait for and which does not
// wait for them; CREATE TABLE … PARTITION OF would lock all of them out.
func addPartition(ctx context.Context, tx pgx.Tx, table string, g Generation) error {
	return execAll(ctx, tx, table, g,
		`CREATE TABLE %[2]s (LIKE %[1]s INCLUDING ALL)`,
		`ALTER TABLE %[1]s ATTACH PARTITION %[2]s FOR VALUES IN (%[3]d)`)
}

// addBare makes the table that will be the partition, without keys, unattached.
// The check spares attaching it a look at every row.
func addBare(ctx context.Context, tx pgx.Tx, table string, g Generation) error {
	return execAll(ctx, tx, table, g,
		`CREATE TABLE %[2]s (LIKE %[1]s INCLUDING ALL EXCLUDING INDEXES)`,
		`ALTER TABLE %[2]s ADD CONSTRAINT generation CHECK (generation = %[3]d)`)
}

// attachBare gives a table that addBare made the keys of its parent and attaches
// it.
func attachBare(ctx context.Context, tx pgx.Tx, table string, g Generation) error {
	rows, err := tx.Query(ctx, `SELECT pg_get_constraintdef(oid) FROM pg_constraint
		WHERE conrelid = $1::regclass AND contype IN ('p', 'u') ORDER BY contype`, parent(table))
	if err != nil {
		return fmt.Errorf("runner: keys of %s: %w", table, err)
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("runner: keys of %s: %w", table, err)
	}
	for _, key := range keys {
		if err := execAll(ctx, tx, table, g, `ALTER TABLE %[2]s ADD `+key); err != nil {
			return err
		}
	}
	return execAll(ctx, tx, table, g,
		`ALTER TABLE %[1]s ATTACH PARTITION %[2]s FOR VALUES IN (%[3]d)`,
		`ALTER TABLE %[2]s DROP CONSTRAINT generation`)
}

// execAll runs statements in which %[1]s is a table, %[2]s its partition and %[3]d
// the generation.
func execAll(ctx context.Context, tx pgx.Tx, table string, g Generation, statements ...string) error {
	part := Partition(table, g).Sanitize()
	for _, sql := range statements {
		if _, err := tx.Exec(ctx, fmt.Sprintf(sql+`%[4]s`, parent(table), part, g, "")); err != nil {
			return fmt.Errorf("runner: partition %s: %w", part, err)
		}
	}
	return nil
}

// sweepLock is the advisory lock of whoever removes partitions: a table can have
// only one that is being detached. "abs" and the number of the package.
const sweepLock = 0x61627302

// dropPartition removes the partition of a table for a generation, wherever an
// earlier attempt got to. It waits for the transactions that may be reading the
// table, and lets nobody wait. conn must not be in a transaction and must hold
// sweepLock.
func dropPartition(ctx context.Context, conn *pgxpool.Conn, table string, g Generation) error {
	part := Partition(table, g).Sanitize()
	var exists, attached, pending bool
	err := conn.QueryRow(ctx, `SELECT c.oid IS NOT NULL, i.inhrelid IS NOT NULL, COALESCE(i.inhdetachpending, false)
		FROM (SELECT to_regclass($1)::oid) c (oid) LEFT JOIN pg_inherits i ON i.inhrelid = c.oid`, part).
		Scan(&exists, &attached, &pending)
	if err != nil {
		return fmt.Errorf("runner: partition %s: %w", part, err)
	}
	if !exists {
		return nil
	}
	var statements []string
	if attached {
		how := `CONCURRENTLY`
		if pending {
			how = `FINALIZE`
		}
		statements = append(statements, fmt.Sprintf(`ALTER TABLE %s DETACH PARTITION %s %s`, parent(table), part, how))
	}
	for _, sql := range append(statements, `DROP TABLE `+part) {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("runner: remove partition %s: %w", part, err)
		}
	}
	return nil
}

// isBusy reports whether an error says that a partition is in use for longer than
// one wants to wait.
func isBusy(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pg.Code == "55P03" || pg.Code == "57014") // lock_not_available, query_canceled
}
