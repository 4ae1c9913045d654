package runner

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
)

// Generation numbers one build of a projection of a programme. Every row of a
// read model carries its generation.
type Generation int64

// Projection is one read model.
type Projection interface {
	// Name is the persisted name, e.g. "scores".
	Name() string
	// Version changes when the fold or its tables change: rows of another version
	// are not continued.
	Version() int
	// Tables are the partitioned tables of schema projections that hold its rows.
	Tables() []string
	// Load builds the fold from the rows of a generation. It reads within tx.
	Load(ctx context.Context, tx pgx.Tx, g Generation) (Fold, error)
}

// Fold is what a projection makes of the events of one programme.
type Fold interface {
	// Apply takes in the next event. After an error the fold is as before.
	Apply(r *events.Recorded, e events.Event) error
	// Flush writes the rows touched since the last Flush. When the transaction does
	// not commit, the runner throws the fold away and loads it anew.
	Flush(ctx context.Context, tx pgx.Tx, g Generation) error
}
