package ledger

import (
	"context"
	"fmt"
	"iter"
	"math"

	"github.com/aboveline/aboveline/events"
)

// readStreamsUntil is the query of [Ledger.ReadStreams]; see readPrefixes.
const readStreamsUntil = `SELECT ` + columnNames + `
FROM unnest($1::text[], $2::text[]) AS p (lower, upper), LATERAL (
	SELECT * FROM ledger.events
	WHERE stream >= p.lower AND stream < p.upper AND programme || '' = $3 AND position <= $4
	OFFSET 0
) AS e
ORDER BY e.position`

// ReadStreams reads the events up to a position, itself included, of all streams
// that start with one of the prefixes, in the order of their positions: all that is
// known of a case or an inspection, without going through the log. No prefix may
// start with another. It holds a connection until the sequence has ended, which it
// does after its first error; each event's data is the consumer's to keep.
func (l *Ledger) ReadStreams(
	ctx context.Context, p events.Programme, prefixes []events.Stream, until events.Position,
) iter.Seq2[events.Recorded, error] {
	return func(yield func(events.Recorded, error) bool) {
		lower, upper, err := prefixRanges(prefixes)
		if err == nil {
			last := int64(min(until, math.MaxInt64))
			err = each(ctx, l.pool, yield, readStreamsUntil, lower, upper, string(p), last)
		}
		if err != nil {
			yield(events.Recorded{}, fmt.Errorf("ledger: read streams of %q: %w", p, err))
		}
	}
}

// prefixRanges are the ranges of the streams that start with the prefixes.
func prefixRanges(prefixes []events.Stream) (lower, upper []string, err error) {
	for _, p := range prefixes {
		end, ok := prefixEnd(string(p))
		if !ok {
			return nil, nil, fmt.Errorf("the prefix %q stands for every stream", p)
		}
		lower, upper = append(lower, string(p)), append(upper, end)
	}
	return lower, upper, nil
}
