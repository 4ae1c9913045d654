package runner

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
)

// maxParked is how many streams of a unit may be parked before the unit stops:
// then it is not about single events.
const maxParked = 10_000

// maxAttempts is how often parked events are tried again without being asked to.
const maxAttempts = 3

// Parked is an event that the fold of a generation could not apply, or one of the
// same stream behind it. It holds nothing of what the event says.
type Parked struct {
	Generation Generation
	Position   events.Position
	Stream     events.Stream
	// First is true for the event that could not be applied.
	First      bool
	ID         events.EventID
	Type       events.Type
	Inspection events.InspectionID
	Case       events.CaseID
	Reason     string
	// Attempts is how many builds have met it.
	Attempts int
	ParkedAt time.Time
}

// take brings one event into the fold, or parks it: when the fold cannot apply it,
// or when an earlier event of its stream is parked. An error says that the unit
// cannot go on, because too much depends on the event.
func (u *unit) take(r *events.Recorded) error {
	if len(u.parked) > 0 && u.parked[r.Stream] {
		u.park(r, false, "an earlier event of its stream is parked")
		return nil
	}
	e, err := codec.Decode(r.Kind(), r.Data)
	if err == nil {
		err = u.fold.Apply(r, e)
	}
	switch {
	case err == nil:
		return nil
	case r.Type.Control() || r.Inspection == "":
		return err
	case len(u.parked) >= maxParked:
		return fmt.Errorf("%d streams are parked already: %w", len(u.parked), err)
	}
	u.park(r, true, err.Error())
	return nil
}

func (u *unit) park(r *events.Recorded, first bool, reason string) {
	if u.parked == nil {
		u.parked = map[events.Stream]bool{}
	}
	u.parked[r.Stream] = true
	u.parking = append(u.parking, Parked{
		Position: r.Position, Stream: r.Stream, First: first, ID: r.ID, Type: r.Type,
		Inspection: r.Inspection, Case: r.Case, Reason: reason,
	})
}

// writeParked writes what was parked since the last commit.
func (u *unit) writeParked(ctx context.Context, tx pgx.Tx) error {
	err := u.insertParked(ctx, tx, u.parking)
	u.parking = u.parking[:0]
	return err
}

func (u *unit) insertParked(ctx context.Context, tx pgx.Tx, all []Parked) error {
	if len(all) == 0 {
		return nil
	}
	b := &pgx.Batch{}
	for _, p := range all {
		b.Queue(`INSERT INTO projections.parked
			(generation, position, stream, first, event_id, type, inspection, case_id, reason, attempts)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, u.generation, p.Position, string(p.Stream), p.First, p.ID,
			string(p.Type), string(p.Inspection), string(p.Case), p.Reason, u.attempt+1)
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("runner: park: %w", err)
	}
	return nil
}

// loadParked reads which streams are parked.
func (u *unit) loadParked(ctx context.Context, tx pgx.Tx) error {
	u.parked = nil
	for p, err := range readParked(ctx, tx, u.generation, nil) {
		if err != nil {
			return err
		}
		if u.parked == nil {
			u.parked = map[events.Stream]bool{}
		}
		u.parked[p.Stream] = true
	}
	return nil
}

// ReadParked reads what is parked of an inspection in a generation, by position.
func ReadParked(
	ctx context.Context, tx pgx.Tx, g Generation, i events.InspectionID,
) iter.Seq2[Parked, error] {
	return readParked(ctx, tx, g, &i)
}

func readParked(
	ctx context.Context, tx pgx.Tx, g Generation, i *events.InspectionID,
) iter.Seq2[Parked, error] {
	sql, args := `SELECT generation, position, stream, first, event_id, type, inspection, case_id, reason, attempts, parked_at
		FROM projections.parked WHERE generation = $1`, []any{g}
	if i != nil {
		sql, args = sql+` AND inspection = $2`, append(args, string(*i))
	}
	return func(yield func(Parked, error) bool) {
		rows, err := tx.Query(ctx, sql+` ORDER BY position`, args...)
		if err != nil {
			yield(Parked{}, fmt.Errorf("runner: parked: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			var p Parked
			err := rows.Scan(&p.Generation, &p.Position, &p.Stream, &p.First, &p.ID, &p.Type, &p.Inspection, &p.Case,
				&p.Reason, &p.Attempts, &p.ParkedAt)
			if err != nil {
				yield(Parked{}, fmt.Errorf("runner: parked: %w", err))
				return
			}
			if !yield(p, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(Parked{}, fmt.Errorf("runner: parked: %w", err))
		}
	}
}

// curable tries the parked events on a fold that is thrown away afterwards: true
// when at least one of them can be applied by now.
func (u *unit) curable(ctx context.Context, tx pgx.Tx) (bool, error) {
	var positions []events.Position
	for p, err := range readParked(ctx, tx, u.generation, nil) {
		if err != nil {
			return false, err
		}
		positions = append(positions, p.Position)
	}
	for r, err := range u.ledger.ReadPositions(ctx, u.programme, positions) {
		if err != nil {
			return false, fmt.Errorf("runner: parked: %w", err)
		}
		e, err := codec.Decode(r.Kind(), r.Data)
		if err == nil && u.fold.Apply(&r, e) == nil {
			return true, nil
		}
	}
	return false, nil
}
