package ledger

import (
	"context"
	"iter"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger/internal/queries"
)

// ReadControl reads the control events after a position in order, what this
// transaction appended included. They have an index of their own, so this is quick
// however long the log is. It ends after its first error.
func (t *Tx) ReadControl(ctx context.Context, after events.Position) iter.Seq2[events.Recorded, error] {
	return t.read(ctx, "read control events", queries.ReadControl, string(t.programme), int64(after))
}
