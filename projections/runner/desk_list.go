package runner

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
)

// Generations lists those of a programme, the newest first, with how far each of
// them is. Of those that are gone it lists the last ten.
func (d *Desk) Generations(ctx context.Context, p events.Programme) ([]GenerationInfo, error) {
	head, err := d.ledger.Head(ctx, p)
	if err != nil {
		return nil, err
	}
	if head.Position == 0 {
		return nil, fmt.Errorf("%w as %q", errUnknownProgramme, p)
	}
	rows, err := d.pool.Query(ctx, `
		WITH gone AS (SELECT generation FROM projections.generations
			WHERE programme = $1 AND state IN ('failed', 'dropped') ORDER BY generation DESC LIMIT 10)
		SELECT g.generation, projection, version, state, phase, wanted, COALESCE(c.position, 0), throttle,
			(SELECT count(*) FROM projections.parked p WHERE p.generation = g.generation), requested_by, reason,
			created_at, verified_at, switched_at, ended_at,
			COALESCE(((c.position - started_from) / NULLIF(extract(epoch FROM clock_timestamp() - started_at), 0))::bigint, 0)
		FROM projections.generations g LEFT JOIN projections.checkpoints c USING (generation)
		WHERE programme = $1 AND (state NOT IN ('failed', 'dropped') OR generation IN (SELECT * FROM gone))
		ORDER BY generation DESC`, string(p))
	if err != nil {
		return nil, fmt.Errorf("runner: generations: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (GenerationInfo, error) {
		g := GenerationInfo{Programme: p, Head: head.Position}
		var (
			verified, switched, ended *time.Time
			rate                      int
		)
		err := r.Scan(&g.Generation, &g.Projection, &g.Version, &g.State, &g.Phase, &g.Wanted, &g.Position, &g.Throttle,
			&g.Parked, &g.RequestedBy, &g.Reason, &g.CreatedAt, &verified, &switched, &ended, &rate)
		g.VerifiedAt, g.SwitchedAt, g.EndedAt = moment(verified), moment(switched), moment(ended)
		g.CreatedAt = g.CreatedAt.UTC()
		if !g.State.Built() || g.Wanted {
			g.Rate = rate
		}
		g.Head = max(g.Head, g.Position)
		return g, err
	})
	if err != nil {
		return nil, fmt.Errorf("runner: generations: %w", err)
	}
	return all, nil
}

func moment(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// Parked lists what the active generations of a programme have parked, by position.
func (d *Desk) Parked(ctx context.Context, p events.Programme) (all []ParkedIn, err error) {
	if err := d.known(ctx, p); err != nil {
		return nil, err
	}
	err = pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error {
		active, err := activeOf(ctx, tx, p)
		if err != nil {
			return err
		}
		for projection, g := range active {
			for one, err := range readParked(ctx, tx, g, nil) {
				if err != nil {
					return err
				}
				all = append(all, ParkedIn{projection, one})
			}
		}
		return nil
	})
	return all, err
}

// ParkedIn is a parked event with the projection that could not apply it.
type ParkedIn struct {
	Projection string
	Parked
}

// RetryParked asks for a new generation of every projection that has something
// parked, in which each event is tried in its place. It says which ones.
func (d *Desk) RetryParked(ctx context.Context, p events.Programme, by events.Actor) ([]Generation, error) {
	all, err := d.Parked(ctx, p)
	if err != nil {
		return nil, err
	}
	asked := map[string]bool{}
	var generations []Generation
	for _, one := range all {
		if asked[one.Projection] {
			continue
		}
		asked[one.Projection] = true
		g, err := d.Replay(ctx, one.Projection, p, by, 0, "parked events are tried again")
		if err != nil {
			return generations, err
		}
		generations = append(generations, g)
	}
	return generations, nil
}

func activeOf(ctx context.Context, tx pgx.Tx, p events.Programme) (map[string]Generation, error) {
	//nolint:rowserrcheck // ForEachRow returns it
	rows, err := tx.Query(ctx, `SELECT projection, generation FROM projections.active WHERE programme = $1`, string(p))
	if err != nil {
		return nil, fmt.Errorf("runner: active generations: %w", err)
	}
	active := map[string]Generation{}
	var (
		projection string
		g          Generation
	)
	if _, err := pgx.ForEachRow(rows, []any{&projection, &g}, func() error {
		active[projection] = g
		return nil
	}); err != nil {
		return nil, fmt.Errorf("runner: active generations: %w", err)
	}
	return active, nil
}

// Due is a unit that has work for a builder.
type Due struct {
	Projection string
	Programme  events.Programme
}

// DueBuilds lists the units that have work for a builder.
func (d *Desk) DueBuilds(ctx context.Context) ([]Due, error) {
	rows, err := d.pool.Query(ctx, `SELECT DISTINCT projection, programme FROM projections.generations
		WHERE state IN ('building', 'ready') OR wanted OR (state IN ('failed', 'dropped') AND NOT cleared)`)
	if err != nil {
		return nil, fmt.Errorf("runner: what to build: %w", err)
	}
	due, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Due])
	if err != nil {
		return nil, fmt.Errorf("runner: what to build: %w", err)
	}
	return due, nil
}
