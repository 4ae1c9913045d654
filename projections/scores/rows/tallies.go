package rows

import (
	"context"
	"iter"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores"
)

// latestTallies are those of one inspection as they stand.
func latestTallies(
	ctx context.Context, tx pgx.Tx, g runner.Generation, i events.InspectionID,
) iter.Seq2[scores.TallyRow, error] {
	return each(ctx, tx, `SELECT inspection, question, above, relevant, unanswered, flagged
		FROM projections.score_tallies WHERE generation = $1 AND inspection = $2`, []any{g, string(i)}, scanTally)
}

// talliesAt are those of one inspection as of a position, without what stands
// beside the proportion. Each question that ever moved has a row of its own, and
// its last movement by then is one look into the index.
func talliesAt(
	ctx context.Context, tx pgx.Tx, g runner.Generation, i events.InspectionID, at events.Position,
) iter.Seq2[scores.TallyRow, error] {
	return each(ctx, tx, `SELECT t.inspection, t.question, h.above_after, h.relevant_after, 0, 0
		FROM projections.score_tallies t CROSS JOIN LATERAL (
			SELECT above_after, relevant_after FROM projections.score_history
			WHERE generation = $1 AND inspection = $2 AND question = t.question AND position <= $3
			ORDER BY position DESC LIMIT 1) h
		WHERE t.generation = $1 AND t.inspection = $2`, []any{g, string(i), at}, scanTally)
}

func scanTally(r pgx.Rows, t *scores.TallyRow) error {
	return r.Scan(&t.Inspection, &t.Question,
		&t.Tally.Above, &t.Tally.Relevant, &t.Tally.Unanswered, &t.Tally.Flagged)
}
