package runner

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events"
)

// patience bounds what a lease waits for at its end and when it is checked.
const patience = 5 * time.Second

// lease is the right to work a unit: a session advisory lock. The unit writes
// through the connection that holds it, so that a lost lease takes the writer
// along.
type lease struct {
	conn *pgxpool.Conn
	key  int64
}

// takeLease waits for the lease, trying every poll. It holds no connection
// meanwhile, and no snapshot, as waiting in the database would.
func takeLease(ctx context.Context, pool *pgxpool.Pool, key int64, poll time.Duration) (*lease, error) {
	for {
		l, err := tryLease(ctx, pool, key)
		if err != nil || l != nil {
			return l, err
		}
		if pause(ctx, poll, nil); ctx.Err() != nil {
			return nil, fmt.Errorf("runner: lease: %w", ctx.Err())
		}
	}
}

// tryLease is nil when another runner has the lease.
func tryLease(ctx context.Context, pool *pgxpool.Pool, key int64) (*lease, error) {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("runner: lease: connect: %w", err)
	}
	var got bool
	err = conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, key).Scan(&got)
	switch {
	case err != nil: // the lock may have been taken and the answer lost
		discard(ctx, conn)
		return nil, fmt.Errorf("runner: lease: %w", err)
	case !got:
		conn.Release()
		return nil, nil
	}
	return &lease{conn: conn, key: key}, nil
}

// release gives the lease and the connection back, also when ctx has ended. The
// lock must not stay on a connection of the pool: if in doubt, the connection is
// closed.
func (l *lease) release(ctx context.Context) {
	free, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	var held bool
	err := l.conn.QueryRow(free, `SELECT pg_advisory_unlock($1)`, l.key).Scan(&held)
	if err != nil || !held {
		discard(ctx, l.conn)
		return
	}
	l.conn.Release()
}

// discard closes a connection, which the pool then replaces.
func discard(ctx context.Context, conn *pgxpool.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	_ = conn.Conn().Close(ctx) // it is given up in any case
	conn.Release()
}

// leaseKey is the advisory lock of the runner of a unit.
func leaseKey(projection string, p events.Programme) int64 { return lockKey("unit", projection, p) }

// buildKey is the advisory lock of the builder of a unit.
func buildKey(projection string, p events.Programme) int64 { return lockKey("build", projection, p) }

func lockKey(what, projection string, p events.Programme) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte("aboveline/" + what + "/" + projection + "/" + string(p)))
	return int64(h.Sum64())
}
