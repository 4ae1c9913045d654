package runner

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// readBulk is read for a fold that writes into bare tables: three things happen at a
// time, each a batch further on. One batch is committed, the next is folded, and the
// one after that is read. Commits keep their order, and each moves the checkpoint
// from where the one before it left it.
func (b *builder) readBulk(ctx context.Context, limit int) error {
	began, from := time.Now(), b.at.position
	w := &bulkWriter{builder: b, committed: b.at}
	ahead := b.readAhead(ctx, limit)
	for {
		<-ahead
		batch, err := b.next(ctx, limit)
		if err == nil {
			err = b.check(ctx)
		}
		if err != nil || len(batch) == 0 {
			return w.finish(err)
		}
		after := batch[len(batch)-1].Position
		reading := make(chan struct{})
		go func() {
			defer close(reading)
			b.ahead.read(ctx, &b.unit, after, limit)
		}()
		ahead = reading
		to, stop := b.apply(batch)
		if stop == nil {
			stop = w.commit(ctx, to)
		}
		if stop == nil && b.config.step != nil { // which uses the connection, and expects the commit
			if stop = w.wait(); stop == nil {
				stop = b.enter(ctx, phaseReading)
			}
		}
		if stop == nil && b.throttle > 0 {
			stop = b.hold(ctx, began, int(to.position-from))
		}
		if stop != nil {
			<-ahead
			return w.finish(stop)
		}
		if b.config.Progress != nil {
			b.config.Progress(to.position)
		}
	}
}

// readAhead reads the batch after the checkpoint, unless it has been.
func (b *builder) readAhead(ctx context.Context, limit int) <-chan struct{} {
	if !b.ahead.ready {
		b.ahead.read(ctx, &b.unit, b.at.position, limit)
	}
	done := make(chan struct{})
	close(done)
	return done
}

// bulkWriter commits batches of a builder one after the other, beside it.
type bulkWriter struct {
	builder   *builder
	committed checkpoint
	running   chan error // nil when no commit is under way
}

// commit waits for the commit before and starts the next.
func (w *bulkWriter) commit(ctx context.Context, to checkpoint) error {
	if err := w.wait(); err != nil {
		return err
	}
	b, from := w.builder, w.committed
	rows, parking := b.bulk.Append(), b.parking
	b.parking, b.at, w.committed = nil, to, to
	running := make(chan error, 1)
	w.running = running
	go func() {
		running <- pgx.BeginTxFunc(ctx, b.conn, pgx.TxOptions{BeginQuery: beginWrite}, func(tx pgx.Tx) error {
			if err := from.move(ctx, tx, b.generation, to); err != nil {
				return err
			}
			if err := rows(ctx, tx, b.generation); err != nil {
				return fmt.Errorf("runner: rows of %s of programme %s: %w", b.projection.Name(), b.programme, err)
			}
			return b.insertParked(ctx, tx, parking)
		})
	}()
	return nil
}

// wait ends when the commit that is under way has.
func (w *bulkWriter) wait() error {
	if w.running == nil {
		return nil
	}
	err := <-w.running
	w.running = nil
	return err
}

// finish waits for the last commit. What failed first is what matters: a commit
// comes before the batch that was being folded beside it.
func (w *bulkWriter) finish(err error) error {
	if first := w.wait(); first != nil {
		return first
	}
	return err
}
