package ledger

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger/internal/queries"
)

// ReadPositions reads the events of p at the given positions, in order, and passes
// over positions that the log does not have. It ends after its first error.
func (l *Ledger) ReadPositions(
	ctx context.Context, p events.Programme, positions []events.Position,
) iter.Seq2[events.Recorded, error] {
	return func(yield func(events.Recorded, error) bool) {
		var b batch
		for start := 0; start < len(positions); start += batchSize {
			part := positions[start:min(start+batchSize, len(positions))]
			wanted := make([]int64, len(part))
			for i, at := range part {
				wanted[i] = int64(at)
			}
			for len(wanted) > 0 {
				full, err := b.fetch(ctx, l.pool, len(wanted), queries.ReadPositions, string(p), wanted)
				if err != nil {
					yield(events.Recorded{}, fmt.Errorf("ledger: read positions of %q: %w", p, err))
					return
				}
				if !b.each(yield) {
					return
				}
				if !full || len(b.events) == 0 {
					break
				}
				wanted = after(wanted, int64(b.events[len(b.events)-1].Position))
			}
		}
	}
}

// after is what of the ascending positions lies after the last one read.
func after(positions []int64, last int64) []int64 {
	for i, at := range positions {
		if at > last {
			return positions[i:]
		}
	}
	return nil
}

// PositionAt is the position of the last event that was recorded by a time; 0 if
// there was none yet. Times of recording never decrease with the position, so what
// was recorded by then are the positions up to it.
func (l *Ledger) PositionAt(ctx context.Context, p events.Programme, by time.Time) (events.Position, error) {
	head, err := l.Head(ctx, p)
	if err != nil || head.Position == 0 {
		return 0, err
	}
	low, high := events.Position(0), head.Position // low was recorded by then, high+1 was not
	for low < high {
		middle := low + (high-low+1)/2
		r, ok, err := l.At(ctx, p, middle)
		if err != nil {
			return 0, err
		}
		if !ok {
			return 0, fmt.Errorf("ledger: position %d of %q is missing below its head", middle, p)
		}
		if r.RecordedAt.After(by) {
			high = middle - 1
		} else {
			low = middle
		}
	}
	return low, nil
}
