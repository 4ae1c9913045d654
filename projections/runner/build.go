package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
)

// BuildConfig is a unit for which a generation is to be built.
type BuildConfig struct {
	// Config as for Run. Wake is not used. Batch is 5000 if 0.
	Config
	// Sample is how many inspections the second fold of the parity check counts again;
	// 4 if 0.
	Sample int
	// Phase is told what the builder is at, whenever that changes: reading, finishing,
	// checking (all rows are committed), switching. It may be nil, and must not block.
	Phase func(string)
	// step is told before each step of a build; its error ends the builder as a crash
	// would. It may be nil.
	step func(context.Context, string) error
}

// BuildError says why a generation was not built. Its rows are gone or going.
type BuildError struct {
	Projection string
	Programme  events.Programme
	Generation Generation
	Err        error
}

// Error implements error.
func (e *BuildError) Error() string {
	return fmt.Sprintf("runner: generation %d of %s of programme %s was not built: %v",
		e.Generation, e.Projection, e.Programme, e.Err)
}

// Unwrap gives the cause.
func (e *BuildError) Unwrap() error { return e.Err }

// IsBuildFailed reports whether a build came to an end that trying again does not
// cure; the reason is stored with the generation.
func IsBuildFailed(err error) bool {
	var b *BuildError
	return errors.As(err, &b)
}

// Build does what is asked for of the unit: it builds a new generation or catches a
// previous one up, checks it, switches to it, and removes generations that are no
// longer kept. It returns nil when there is nothing left to do, or when another
// builder is at it.
//
// An error for which [IsBuildFailed] holds was stored as the reason. After any
// other error, that of an ended context included, the next Build goes on where this
// one stopped.
func Build(ctx context.Context, c BuildConfig) error {
	if err := c.validate(); err != nil {
		return err
	}
	c.Poll, c.Batch, c.Sample = cmp.Or(c.Poll, time.Second), cmp.Or(c.Batch, 5000), cmp.Or(c.Sample, 4)
	c.Log = cmp.Or(c.Log, slog.New(slog.DiscardHandler))
	l, err := tryLease(ctx, c.Pool, buildKey(c.Projection.Name(), c.Programme))
	if err != nil || l == nil {
		return err
	}
	defer l.release(ctx)
	for {
		if err := sweep(ctx, c, l.conn); err != nil {
			return err
		}
		b, err := nextBuild(ctx, c, l)
		if err != nil || b == nil {
			return err
		}
		if err := b.run(ctx); err != nil {
			return err
		}
	}
}

// builder is a unit of which a generation is built. It is used until its first
// error.
type builder struct {
	unit
	config BuildConfig

	state    State
	version  int
	attached bool // the rows are in the partitions of the tables
	bare     bool // the tables without keys exist
	throttle int  // events per second
}

// nextBuild is what there is to do for the unit, nil if there is nothing.
func nextBuild(ctx context.Context, c BuildConfig, l *lease) (*builder, error) {
	b := &builder{config: c, unit: unit{
		conn: l.conn, ledger: c.Ledger, projection: c.Projection, programme: c.Programme,
	}}
	err := b.conn.QueryRow(ctx, `
		SELECT generation, version, state, attached, cardinality(tables) > 0, throttle, attempt
		FROM projections.generations
		WHERE projection = $1 AND programme = $2 AND (state IN ('building', 'ready') OR wanted)
		ORDER BY wanted DESC, generation LIMIT 1`, c.Projection.Name(), string(c.Programme)).
		Scan(&b.generation, &b.version, &b.state, &b.attached, &b.bare, &b.throttle, &b.attempt)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("runner: what to build: %w", err)
	case b.version > c.Projection.Version():
		return nil, nil // a newer release began it and will go on
	}
	return b, nil
}

// run takes the generation to its end, and stores the reason if that is a bad one.
func (b *builder) run(ctx context.Context) error {
	err := b.build(ctx)
	switch {
	case err == nil, ctx.Err() != nil, IsFenced(err), ledger.IsUnavailable(err), errors.Is(err, errCrash):
		return err
	}
	failed := &BuildError{b.projection.Name(), b.programme, b.generation, err}
	if ferr := b.fail(ctx, err); ferr != nil {
		return errors.Join(failed, ferr)
	}
	return failed
}

// errCrash is what a step of a test ends with.
var errCrash = errors.New("runner: the builder was stopped")

func (b *builder) build(ctx context.Context) error {
	if b.version < b.projection.Version() {
		return fmt.Errorf("version %d began it, and this release makes version %d", b.version, b.projection.Version())
	}
	if err := b.begin(ctx); err != nil {
		return err
	}
	if err := b.prepare(ctx); err != nil {
		return err
	}
	if err := b.catchUp(ctx); err != nil {
		return err
	}
	if err := b.verify(ctx); err != nil {
		return err
	}
	return b.switchTo(ctx)
}

// enter says what the builder is at, and gives a test the occasion to stop it.
func (b *builder) enter(ctx context.Context, phase string) error {
	if b.config.step != nil {
		if err := b.config.step(ctx, phase); err != nil {
			return errors.Join(errCrash, err)
		}
	}
	if b.config.Phase != nil {
		b.config.Phase(phase)
	}
	_, err := b.conn.Exec(ctx, `UPDATE projections.generations SET phase = $2 WHERE generation = $1 AND phase <> $2`,
		b.generation, phase)
	if err != nil {
		return fmt.Errorf("runner: phase: %w", err)
	}
	return nil
}

// begin takes over the generation: from now on, no earlier builder can write.
func (b *builder) begin(ctx context.Context) error {
	return pgx.BeginFunc(ctx, b.conn, func(tx pgx.Tx) error {
		err := b.at.scan(tx.QueryRow(ctx, `
			INSERT INTO projections.checkpoints AS c (generation, position, leaf, count, digest)
			SELECT generation, 0, $2, 0, $2 FROM projections.generations
			WHERE generation = $1 AND (state IN ('building', 'ready') OR wanted) FOR UPDATE
			ON CONFLICT (generation) DO UPDATE SET token = c.token + 1 RETURNING `+checkpointColumns,
			b.generation, make([]byte, 32)))
		if errors.Is(err, pgx.ErrNoRows) {
			return errFenced // cancelled meanwhile
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE projections.generations SET phase = $2, started_at = clock_timestamp(), started_from = $3,
			state = CASE state WHEN 'ready' THEN 'building' ELSE state END WHERE generation = $1`,
			b.generation, phaseReading, b.at.position)
		if err != nil {
			return fmt.Errorf("runner: begin: %w", err)
		}
		return nil
	})
}

// prepare checks the checkpoint, makes the tables and brings the fold to where the
// checkpoint is.
func (b *builder) prepare(ctx context.Context) error {
	if err := b.check(ctx); err != nil {
		return err
	}
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	if err := pgx.BeginTxFunc(ctx, b.conn, snapshot, func(tx pgx.Tx) error { return b.load(ctx, tx) }); err != nil {
		return err
	}
	if b.attached {
		return nil
	}
	bulk, ok := b.fold.(Bulk)
	if !b.bare {
		if err := b.makeTables(ctx, ok); err != nil {
			return err
		}
	}
	if !ok {
		b.attached = true
		return nil
	}
	b.bulk = bulk
	return b.refold(ctx)
}

// makeTables makes the partitions of the generation; bare ones are attached later.
func (b *builder) makeTables(ctx context.Context, bare bool) error {
	return pgx.BeginFunc(ctx, b.conn, func(tx pgx.Tx) error {
		if err := actAsProjector(ctx, tx); err != nil {
			return err
		}
		add := addPartition
		if bare {
			add = addBare
		}
		for _, table := range b.projection.Tables() {
			if err := add(ctx, tx, table, b.generation); err != nil {
				return err
			}
		}
		if err := b.fence(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE projections.generations SET tables = $2, attached = $3 WHERE generation = $1`,
			b.generation, b.projection.Tables(), !bare)
		if err != nil {
			return fmt.Errorf("runner: new generation: %w", err)
		}
		return nil
	})
}

// fence fails unless the builder may still write; the checkpoint stays locked until
// the transaction ends.
func (b *builder) fence(ctx context.Context, tx pgx.Tx) error {
	return b.at.move(ctx, tx, b.generation, b.at)
}

// refold brings the fold to where the checkpoint is from the ledger: rows that stand
// at the end are not written before.
func (b *builder) refold(ctx context.Context) error {
	to := b.at
	b.at = checkpoint{chained: to.chained, token: to.token}
	b.parked = nil
	for b.at.position < to.position {
		limit := min(b.config.Batch, int(to.position-b.at.position))
		batch, err := b.next(ctx, limit)
		if err != nil {
			return err
		}
		at, stop := b.apply(batch)
		if stop != nil {
			return stop
		}
		if at == b.at {
			return b.mismatch("the ledger ends before it; it was rewound")
		}
		b.at, b.parking = at, nil
		b.bulk.Discard()
	}
	if b.at != to {
		return b.mismatch("the events up to it have another digest")
	}
	return nil
}
