package rows

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores"
)

// Name is the name of the projection.
const Name = "scores"

// Projection is the scores as the runner sees them.
type Projection struct{}

var _ runner.Projection = Projection{}

// Name implements runner.Projection.
func (Projection) Name() string { return Name }

// Version implements runner.Projection.
func (Projection) Version() int { return 1 }

// Tables implements runner.Projection.
func (Projection) Tables() []string {
	return []string{
		"score_frameworks", "score_inspections", "score_cases", "score_answers", "score_tallies", "score_history",
	}
}

// Load implements runner.Projection.
func (Projection) Load(ctx context.Context, tx pgx.Tx, g runner.Generation) (runner.Fold, error) {
	state, err := load(ctx, tx, g)
	if err != nil {
		return nil, err
	}
	f, err := scores.Restore(state)
	if err != nil {
		return nil, err
	}
	return &fold{Fold: f}, nil
}

// fold writes what scores.Fold hands over.
type fold struct {
	*scores.Fold
}

// Apply implements runner.Fold.
func (f *fold) Apply(r *events.Recorded, e events.Event) error { return f.Fold.Apply(r, e) }

// Flush implements runner.Fold.
func (f *fold) Flush(ctx context.Context, tx pgx.Tx, g runner.Generation) error {
	return write(ctx, tx, g, f.Take())
}
