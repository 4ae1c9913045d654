package verify

import (
	"context"
	"fmt"

	"github.com/aboveline/aboveline/events"
)

// The database sorts, on disk where that takes more than its memory, and answers
// with what is wrong only.
const readRevisions = `SELECT position, stream, revision, expected, coalesce(before, 0) FROM (
	SELECT position, stream, revision, row_number() OVER w AS expected, lag(position) OVER w AS before
	FROM ledger.events WHERE programme = $1
	WINDOW w AS (PARTITION BY stream ORDER BY revision, position)
) AS s
WHERE revision <> expected OR position < before
ORDER BY position LIMIT $2`

const readDuplicates = `SELECT position, event_id::text, before FROM (
	SELECT position, event_id, lag(position) OVER (PARTITION BY event_id ORDER BY position) AS before
	FROM ledger.events WHERE programme = $1
) AS s
WHERE before IS NOT NULL
ORDER BY position LIMIT $2`

// checkRevisions: those of each stream are 1, 2, 3 … in the order of the positions.
func (l *log) checkRevisions(ctx context.Context) error {
	rows, err := l.tx.Query(ctx, readRevisions, string(l.programme), maxDifferences)
	if err != nil {
		return fmt.Errorf("check revisions: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var (
			position, expected, before int64
			stream                     string
			revision                   int32
		)
		if err := rows.Scan(&position, &stream, &revision, &expected, &before); err != nil {
			return fmt.Errorf("check revisions: %w", err)
		}
		d := Difference{
			Position: events.Position(position), Table: tableEvents, Column: "revision",
			Expected: fmt.Sprint(expected), Found: fmt.Sprint(revision),
			Problem: fmt.Sprintf("the revisions of stream %q have a gap or a double", stream),
		}
		if int64(revision) == expected {
			d.Expected = fmt.Sprintf("revision %d after position %d", revision, before)
			d.Found = fmt.Sprintf("at position %d", position)
			d.Problem = fmt.Sprintf("the revisions of stream %q are not in the order of the positions", stream)
		}
		l.differ(d)
	}
	return rows.Err()
}

// checkIDs: no id is there twice.
func (l *log) checkIDs(ctx context.Context) error {
	rows, err := l.tx.Query(ctx, readDuplicates, string(l.programme), maxDifferences)
	if err != nil {
		return fmt.Errorf("check ids: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var (
			position, before int64
			id               string
		)
		if err := rows.Scan(&position, &id, &before); err != nil {
			return fmt.Errorf("check ids: %w", err)
		}
		l.differ(Difference{
			Position: events.Position(position), Table: tableEvents, Column: "event_id",
			Expected: "an id of its own", Found: id, Problem: fmt.Sprintf("the event at position %d has the same id", before),
		})
	}
	return rows.Err()
}
