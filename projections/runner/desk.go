package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
)

// Desk takes what people ask for of the generations; builders do it ([Build]). It is
// safe for concurrent use and has nothing to close.
type Desk struct {
	pool     *pgxpool.Pool
	ledger   *ledger.Ledger
	versions map[string]int
}

// NewDesk makes a desk on a pool with the projector's rights.
func NewDesk(pool *pgxpool.Pool, l *ledger.Ledger, projections ...Projection) *Desk {
	d := &Desk{pool: pool, ledger: l, versions: map[string]int{}}
	for _, p := range projections {
		d.versions[p.Name()] = p.Version()
	}
	return d
}

// GenerationInfo is a generation as people see it.
type GenerationInfo struct {
	Generation Generation
	Projection string
	Programme  events.Programme
	Version    int
	State      State
	// Phase is what the builder is at; empty when there is none.
	Phase string
	// Wanted says that a previous generation is about to be active again.
	Wanted bool
	// Position is how far it has read, Head how far the ledger goes.
	Position, Head events.Position
	// Rate is how many events its builder reads in a second.
	Rate     int
	Throttle int
	Parked   int
	// RequestedBy is empty where the projector asked itself.
	RequestedBy events.Actor
	Reason      string
	CreatedAt   time.Time
	// VerifiedAt, SwitchedAt and EndedAt are zero where that has not happened.
	VerifiedAt, SwitchedAt, EndedAt time.Time
}

// Why a request is refused; see the Is functions.
var (
	errUnknownProjection = errors.New("runner: no such projection")
	errUnknownProgramme  = errors.New("runner: no such programme")
	errUnknownGeneration = errors.New("runner: no such generation")
	errRefused           = errors.New("runner: not now")
)

// IsUnknown reports whether a request names a projection, programme or generation
// that there is not; the text says which there are.
func IsUnknown(err error) bool {
	return errors.Is(err, errUnknownProjection) || errors.Is(err, errUnknownProgramme) ||
		errors.Is(err, errUnknownGeneration)
}

// IsRefused reports whether a request cannot be followed as things stand; the text
// says why.
func IsRefused(err error) bool { return errors.Is(err, errRefused) }

// Replay asks for a new generation. Throttle is events per second, 0 for no limit.
func (d *Desk) Replay(
	ctx context.Context, projection string, p events.Programme, by events.Actor, throttle int, reason string,
) (Generation, error) {
	version, ok := d.versions[projection]
	if !ok {
		return 0, fmt.Errorf("%w as %q; there is %s", errUnknownProjection, projection, d.names())
	}
	if err := d.known(ctx, p); err != nil {
		return 0, err
	}
	var g Generation
	err := d.pool.QueryRow(ctx, `
		INSERT INTO projections.generations
			(projection, programme, version, state, phase, attached, throttle, requested_by, reason)
		VALUES ($1, $2, $3, 'building', $4, false, $5, $6, $7) RETURNING generation`,
		projection, string(p), version, phaseWaiting, throttle, string(by), reason).Scan(&g)
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.ConstraintName == "generations_one_build_idx" {
		return 0, fmt.Errorf("%w: %s of programme %s is being built already; wait for it or cancel it",
			errRefused, projection, p)
	}
	if err != nil {
		return 0, fmt.Errorf("runner: replay: %w", err)
	}
	return g, nil
}

// Cancel ends the building of a generation; its rows are removed. A previous one
// that was about to be active again stays previous.
func (d *Desk) Cancel(ctx context.Context, p events.Programme, g Generation, by events.Actor) error {
	return pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			UPDATE projections.generations SET wanted = false, phase = '', ended_at = now(), reason = $3,
				state = CASE state WHEN 'previous' THEN state ELSE 'failed' END
			WHERE generation = $1 AND programme = $2 AND (state IN ('building', 'ready') OR wanted)`,
			g, string(p), fmt.Sprintf("cancelled by %s", by))
		if err != nil {
			return fmt.Errorf("runner: cancel: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return fmt.Errorf("%w: generation %d of programme %s is not being built", errRefused, g, p)
		}
		if _, err := tx.Exec(ctx, raiseToken, g); err != nil {
			return fmt.Errorf("runner: cancel: %w", err)
		}
		return nil
	})
}

// Use asks for a previous generation to be active again. It is caught up and
// checked first.
func (d *Desk) Use(ctx context.Context, p events.Programme, g Generation, by events.Actor) error {
	var (
		state      State
		projection string
		version    int
	)
	err := d.pool.QueryRow(ctx, `SELECT state, projection, version FROM projections.generations
		WHERE generation = $1 AND programme = $2`, g, string(p)).Scan(&state, &projection, &version)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return fmt.Errorf("%w: programme %s has no generation %d", errUnknownGeneration, p, g)
	case err != nil:
		return fmt.Errorf("runner: use: %w", err)
	case version != d.versions[projection]:
		return fmt.Errorf("%w: version %d built generation %d, and this release, which makes version %d, cannot keep it "+
			"up to date; replay instead", errRefused, version, g, d.versions[projection])
	case state != StatePrevious:
		return fmt.Errorf("%w: generation %d is %s; only a previous one can be used again", errRefused, g, state)
	}
	tag, err := d.pool.Exec(ctx, `UPDATE projections.generations
		SET wanted = true, phase = $2, requested_by = $3, reason = '' WHERE generation = $1 AND state = 'previous'`,
		g, phaseWaiting, string(by))
	if err != nil {
		return fmt.Errorf("runner: use: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fmt.Errorf("%w: generation %d is no longer kept", errRefused, g)
	}
	return nil
}

// known fails for a programme that has no events.
func (d *Desk) known(ctx context.Context, p events.Programme) error {
	head, err := d.ledger.Head(ctx, p)
	if err == nil && head.Position == 0 {
		err = fmt.Errorf("%w as %q", errUnknownProgramme, p)
	}
	return err
}

func (d *Desk) names() string {
	var names []string
	for name := range d.versions {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// Wording is what the text of a refusal says to people.
func Wording(err error) string { return strings.TrimPrefix(err.Error(), "runner: ") }
