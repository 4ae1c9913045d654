package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger/internal/queries"
)

// Ledger is the append-only log of every programme in one database. It is safe for
// concurrent use and has nothing to close.
type Ledger struct {
	pool    *pgxpool.Pool
	clock   func() time.Time
	buffers sync.Pool // of *[]byte, for what is sent
}

// Option changes how a ledger works.
type Option func(*Ledger)

// WithClock makes the ledger ask clock, and not time.Now, when events are recorded.
func WithClock(clock func() time.Time) Option { return func(l *Ledger) { l.clock = clock } }

// New is a ledger in the database of pool, which must have been migrated ([Migrate])
// and stays the caller's to close.
func New(pool *pgxpool.Pool, options ...Option) *Ledger {
	l := &Ledger{pool: pool, clock: time.Now}
	for _, o := range options {
		o(l)
	}
	return l
}

// Head is the end of a programme's log.
type Head struct {
	// Position is that of the last event, and Leaf its leaf hash.
	Position events.Position
	Leaf     [32]byte
	// Control is the position of the last control event (events.Type.Control).
	Control events.Position
	// RecordedAt is when the last event was recorded.
	RecordedAt time.Time
}

// Head is the end of the log of p as committed; the zero Head if p has no events.
func (l *Ledger) Head(ctx context.Context, p events.Programme) (Head, error) {
	row, err := queries.New(l.pool).GetHead(ctx, string(p))
	if errors.Is(err, pgx.ErrNoRows) {
		return Head{}, nil
	}
	if err != nil {
		return Head{}, fmt.Errorf("ledger: read the head of %q: %w", p, err)
	}
	return head(row.Position, row.Leaf, row.Control, row.RecordedAt), nil
}

func head(position int64, leaf []byte, control int64, recorded time.Time) Head {
	if position == 0 {
		return Head{}
	}
	h := Head{
		Position:   events.Position(position),
		Control:    events.Position(control),
		RecordedAt: recorded.UTC(),
	}
	copy(h.Leaf[:], leaf)
	return h
}

// Programmes lists the programmes that have events, in byte order.
func (l *Ledger) Programmes(ctx context.Context) ([]events.Programme, error) {
	names, err := queries.New(l.pool).Programmes(ctx)
	if err != nil {
		return nil, fmt.Errorf("ledger: list programmes: %w", err)
	}
	programmes := make([]events.Programme, len(names))
	for i, name := range names {
		programmes[i] = events.Programme(name)
	}
	return programmes, nil
}

// ProgrammeOf is the programme that an inspection belongs to; false if none has
// claimed it.
func (l *Ledger) ProgrammeOf(ctx context.Context, i events.InspectionID) (events.Programme, bool, error) {
	name, err := queries.New(l.pool).ProgrammeOf(ctx, string(i))
	if errors.Is(err, pgx.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("ledger: find the programme of inspection %q: %w", i, err)
	}
	return events.Programme(name), true, nil
}
