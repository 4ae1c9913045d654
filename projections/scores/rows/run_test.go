package rows_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores/rows"
)

// config is a unit of the scores that never looks by itself.
func config(pool *pgxpool.Pool, p events.Programme) runner.Config {
	return runner.Config{
		Pool: pool, Ledger: ledger.New(pool), Projection: rows.Projection{}, Programme: p, Poll: time.Hour,
	}
}

// run lets a runner work until it has reached a position, and stops it.
func run(ctx context.Context, t fataler, c runner.Config, upto events.Position) {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	told := c.Progress
	var at events.Position
	c.Progress = func(p events.Position) {
		if told != nil {
			told(p)
		}
		if at = p; at >= upto {
			cancel()
		}
	}
	if err := runner.Run(ctx, c); err != nil {
		t.Fatal(err)
	}
	if at < upto {
		t.Fatalf("the runner stopped at position %d, before %d", at, upto)
	}
}

// built is a database in which the scores of the whole book stand.
func built(t testing.TB, b *book) *pgxpool.Pool {
	t.Helper()
	pool := db.New(t)
	b.full(t, ledger.New(pool))
	run(t.Context(), t, config(as(t, pool, "aboveline_projector"), b.programme), events.Position(len(b.drafts)))
	return pool
}
