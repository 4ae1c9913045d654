package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/events/postgres"
	"github.com/aboveline/aboveline/projections/runner"
)

// template is the database that all others are copies of.
const template = "bench_template"

// Roles that the ledger's migrations create.
const (
	owner     = ""
	recording = "aboveline_recorder"
	reading   = "aboveline_reader"
	projector = "aboveline_projector"
)

// bench is the server on which everything is measured.
type bench struct {
	config config
	log    *slog.Logger
	dir    string
	server *postgres.Server
	made   int // databases
	long   *longLog
}

func start(ctx context.Context, c config) (_ *bench, err error) {
	b := &bench{config: c, log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))}
	if b.dir, err = os.MkdirTemp("", "aboveline-bench-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.stop(ctx))
		}
	}()
	if err := os.Chmod(b.dir, 0o711); err != nil { //nolint:gosec // the database's user passes through it
		return nil, err
	}
	if b.server, err = postgres.Start(ctx, postgres.Config{Dir: b.path("postgres"), Durable: true, Log: b.log}); err != nil {
		return nil, err
	}
	if err := b.server.EnsureDatabase(ctx, template); err != nil {
		return nil, err
	}
	if err := ledger.Migrate(ctx, b.server.URL(template)); err != nil {
		return nil, err
	}
	pool, err := open(ctx, b.server.URL(template), owner, 2)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	if err := runner.Migrate(ctx, pool); err != nil {
		return nil, err
	}
	if _, err := pool.Exec(ctx, `CREATE TABLE public.raw (LIKE ledger.events INCLUDING ALL)`); err != nil {
		return nil, fmt.Errorf("make the table for the raw inserts: %w", err)
	}
	return b, nil
}

// stop ends the server and removes its files, also when ctx has ended.
func (b *bench) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	var err error
	if b.long != nil {
		b.long.db.close()
	}
	if b.server != nil {
		err = b.server.Stop(ctx)
	}
	return errors.Join(err, os.RemoveAll(b.dir)) //nolint:gosec // start made it
}

func (b *bench) path(name string) string { return b.dir + string(os.PathSeparator) + name }

// database is one of the server's databases, with a pool for each role that was
// asked for.
type database struct {
	bench *bench
	name  string
	url   string
	pools []*pgxpool.Pool
}

// database makes one.
func (b *bench) database(ctx context.Context) (*database, error) {
	b.made++
	d := &database{bench: b, name: fmt.Sprintf("bench_%d", b.made)}
	d.url = b.server.URL(d.name)
	err := b.admin(ctx, "CREATE DATABASE "+d.name+" TEMPLATE "+template+" STRATEGY file_copy")
	if err != nil {
		return nil, fmt.Errorf("make a database: %w", err)
	}
	return d, nil
}

func (b *bench) admin(ctx context.Context, sql string) (err error) {
	conn, err := pgx.Connect(ctx, b.server.AdminURL())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	_, err = conn.Exec(ctx, sql)
	return err
}

// pool connects with the rights of a role; close closes it.
func (d *database) pool(ctx context.Context, role string) (*pgxpool.Pool, error) {
	p, err := open(ctx, d.url, role, 16)
	if err != nil {
		return nil, err
	}
	d.pools = append(d.pools, p)
	return p, nil
}

func (d *database) close() {
	for _, p := range d.pools {
		p.Close()
	}
	d.pools = nil
}

// drop closes the pools and removes the database.
func (d *database) drop(ctx context.Context) error {
	d.close()
	return d.bench.admin(context.WithoutCancel(ctx), "DROP DATABASE "+d.name+" WITH (FORCE)")
}

func open(ctx context.Context, url, role string, size int32) (*pgxpool.Pool, error) {
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	c.MaxConns = size
	if role != owner {
		c.ConnConfig.RuntimeParams["role"] = role
	}
	return pgxpool.NewWithConfig(ctx, c)
}
