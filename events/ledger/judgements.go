package ledger

import (
	"context"
	"iter"

	"github.com/aboveline/aboveline/events"
)

// readJudgements finds the last revision of each stream in the index of streams
// alone, and then reads those rows.
const readJudgements = `WITH last AS MATERIALIZED (
	SELECT stream, max(revision) AS revision FROM ledger.events
	WHERE programme = $1 AND split_part(stream, '/', 5) = 'judgement' AND split_part(stream, '/', 6) = ANY ($2)
	GROUP BY stream)
SELECT ` + columnNames + ` FROM last JOIN ledger.events USING (stream, revision) WHERE programme = $1`

// ReadJudgements reads the last event of every stream of judgements on one of the
// questions, in no order, what this transaction appended included. It passes over
// all streams of the programme, about a second for a million events: it is for
// decisions that are rare. It ends after its first error.
func (t *Tx) ReadJudgements(ctx context.Context, questions []events.QuestionID) iter.Seq2[events.Recorded, error] {
	parts := make([]string, len(questions))
	for n, q := range questions {
		parts[n] = events.QuestionPart(q)
	}
	return t.read(ctx, "read judgements", readJudgements, string(t.programme), parts)
}
