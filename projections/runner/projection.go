package runner

import (
	"context"
	"iter"

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

// Bulk is a fold that can write a generation that nobody reads yet in the quickest
// way: into bare tables ([Partition]) without keys. Load gives such a fold, empty,
// for a generation without rows. A fold that is no Bulk is written by Flush, also
// during a build.
type Bulk interface {
	Fold
	// Append hands over what is only ever added, of what was touched since the last
	// Append: once written, such a row never changes. The function it returns writes
	// it, while the fold already takes further events.
	Append() func(ctx context.Context, tx pgx.Tx, g Generation) error
	// Complete writes all other rows as they stand. From then on the fold is written
	// by Flush.
	Complete(ctx context.Context, tx pgx.Tx, g Generation) error
	// Discard forgets what was touched: it has been written before.
	Discard()
}

// Checkable is a projection whose rows a second fold can check.
type Checkable interface {
	Projection
	// Digest is a digest of the rows of some inspections in a generation. Two
	// generations of the same version that have read as far have the same.
	Digest(ctx context.Context, tx pgx.Tx, g Generation, of []events.InspectionID) ([]byte, error)
	// Recount is the digest that those rows should have, or its beginning, made from
	// all events of the inspections' cases and states and of the framework, in order,
	// on another way than the fold's.
	Recount(of []events.InspectionID, all iter.Seq2[Event, error]) ([]byte, error)
}

// Event is an event of the ledger with its decoded data.
type Event struct {
	Recorded *events.Recorded
	Event    events.Event
}
