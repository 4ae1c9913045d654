package rows

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
)

// MaxDrafts is how many drafts a programme may have.
const MaxDrafts = 200

// Errors of keeping drafts.
var (
	// ErrDraftTaken says that somebody else keeps a draft by this name.
	ErrDraftTaken = errors.New("rows: somebody else keeps a draft by this name")
	// ErrTooManyDrafts says that the programme has [MaxDrafts].
	ErrTooManyDrafts = errors.New("rows: the programme has too many drafts")
)

// Draft is a framework that an editor keeps for others to look at. It is stored and
// nothing else: what it would change is computed from the answers of the moment
// when it is asked for.
type Draft struct {
	Name string
	// Source is the framework file; empty in a list.
	Source string
	// Base and Position are the framework revision in force, and how far the scores
	// had read, when it was kept.
	Base     int
	Position events.Position
	Actor    events.Actor
	KeptAt   time.Time
}

// Drafts lists the drafts of a programme by name.
func (r *Reader) Drafts(ctx context.Context, p events.Programme) ([]Draft, error) {
	rows, err := r.pool.Query(ctx, `SELECT name, base, position, actor, kept_at FROM projections.drafts
		WHERE programme = $1 ORDER BY name`, string(p))
	if err != nil {
		return nil, fmt.Errorf("rows: drafts: %w", err)
	}
	drafts, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (d Draft, err error) {
		return d, r.Scan(&d.Name, &d.Base, &d.Position, &d.Actor, &d.KeptAt)
	})
	if err != nil {
		return nil, fmt.Errorf("rows: drafts: %w", err)
	}
	return drafts, nil
}

// Draft reads one; false when there is none.
func (r *Reader) Draft(ctx context.Context, p events.Programme, name string) (Draft, bool, error) {
	d := Draft{Name: name}
	err := r.pool.QueryRow(ctx, `SELECT source, base, position, actor, kept_at FROM projections.drafts
		WHERE programme = $1 AND name = $2`, string(p), name).Scan(&d.Source, &d.Base, &d.Position, &d.Actor, &d.KeptAt)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return Draft{}, false, nil
	case err != nil:
		return Draft{}, false, fmt.Errorf("rows: draft: %w", err)
	}
	return d, true, nil
}

// KeepDraft stores a draft, in the place of one that the same actor kept by this
// name. The error is [ErrDraftTaken] where somebody else did, or
// [ErrTooManyDrafts]. KeptAt is the database's clock.
func (r *Reader) KeepDraft(ctx context.Context, p events.Programme, d Draft) (Draft, error) {
	err := pgx.BeginFunc(ctx, r.pool, func(tx pgx.Tx) error {
		// One at a time in a programme, so that the limit holds.
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('projections.drafts ' || $1, 0))`,
			string(p)); err != nil {
			return err
		}
		var others int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM projections.drafts WHERE programme = $1 AND name <> $2`,
			string(p), d.Name).Scan(&others); err != nil {
			return err
		}
		if others >= MaxDrafts {
			return ErrTooManyDrafts
		}
		err := tx.QueryRow(ctx, `INSERT INTO projections.drafts AS d (programme, name, source, base, position, actor)
			VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (programme, name) DO UPDATE
			SET source = excluded.source, base = excluded.base, position = excluded.position, kept_at = excluded.kept_at
			WHERE d.actor = excluded.actor RETURNING kept_at`,
			string(p), d.Name, d.Source, d.Base, d.Position, string(d.Actor)).Scan(&d.KeptAt)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrDraftTaken
		}
		return err
	})
	if err != nil && !errors.Is(err, ErrDraftTaken) && !errors.Is(err, ErrTooManyDrafts) {
		err = fmt.Errorf("rows: keep draft: %w", err)
	}
	return d, err
}

// DropDraft deletes a draft, of whoever kept it; false when there is none.
func (r *Reader) DropDraft(ctx context.Context, p events.Programme, name string) (bool, error) {
	tag, err := r.pool.Exec(ctx, `DELETE FROM projections.drafts WHERE programme = $1 AND name = $2`, string(p), name)
	if err != nil {
		return false, fmt.Errorf("rows: drop draft: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}
