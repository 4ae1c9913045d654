package rows

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores"
)

// Span is what moved one inspection between two positions, in memory and of one
// snapshot.
type Span struct {
	// Movements are in the order of scores.Explain.
	Movements []scores.Movement
	all       map[int]published
}

// Span reads the movements after a position up to another, itself included.
func (r *Reader) Span(
	ctx context.Context, p events.Programme, i events.InspectionID, after, until events.Position,
) (Span, error) {
	var s Span
	err := r.snapshot(ctx, p, i, func(tx pgx.Tx, g runner.Generation, _ events.Position) (err error) {
		if s.all, err = r.frameworks.all(ctx, tx, g); err != nil {
			return err
		}
		s.Movements, err = movements(ctx, tx, i, `position > $3 AND position <= $4`, g, string(i), after, until)
		return err
	})
	return s, err
}

// Framework is a published revision.
func (s Span) Framework(revision int) (*framework.Framework, error) { return find(s.all, revision) }

func find(all map[int]published, revision int) (*framework.Framework, error) {
	f, ok := all[revision]
	if !ok {
		return nil, fmt.Errorf("rows: framework revision %d is missing", revision)
	}
	return f.framework, nil
}

// movements are those of a generation (args[0]) and inspection (args[1]) for which
// the condition holds, in the order of scores.Explain. Sorting them here costs less
// than in the database, and so does reading them as bytes.
func movements(
	ctx context.Context, tx pgx.Tx, i events.InspectionID, and string, args ...any,
) ([]scores.Movement, error) {
	args = append([]any{pgx.QueryExecModeCacheDescribe, pgx.QueryResultFormats{pgx.BinaryFormatCode}}, args...)
	rows, err := tx.Query(ctx, `SELECT position, above_before, relevant_before, above_after, relevant_after, framework,
			case_id, question
		FROM projections.score_history WHERE generation = $1 AND inspection = $2 AND `+and, args...)
	if err != nil {
		return nil, fmt.Errorf("rows: history: %w", err)
	}
	defer rows.Close()
	var (
		all   []scores.Movement
		names = map[string]string{}
	)
	name := func(raw []byte) string {
		s, ok := names[string(raw)]
		if !ok {
			s = string(raw)
			names[s] = s
		}
		return s
	}
	for rows.Next() {
		raw := rows.RawValues()
		for c, size := range [...]int{8, 4, 4, 4, 4, 4} {
			if len(raw[c]) != size {
				return nil, errors.New("rows: a column of the history has the wrong size")
			}
		}
		number := func(c int) int { return int(int32(binary.BigEndian.Uint32(raw[c]))) }
		all = append(all, scores.Movement{
			Position: events.Position(binary.BigEndian.Uint64(raw[0])), Inspection: i,
			Before: scores.Proportion{Above: number(1), Relevant: number(2)},
			After:  scores.Proportion{Above: number(3), Relevant: number(4)}, Framework: number(5),
			Case: events.CaseID(name(raw[6])), Question: events.QuestionID(name(raw[7])),
		})
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("rows: history: %w", err)
	}
	return inOrder(all), nil
}

// inOrder sorts movements by position and, within one, by question. They are large:
// their places are sorted first, and each is moved once.
func inOrder(all []scores.Movement) []scores.Movement {
	places := make([]int32, len(all))
	for n := range places {
		places[n] = int32(n)
	}
	slices.SortFunc(places, func(x, y int32) int {
		a, b := &all[x], &all[y]
		return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.Question, b.Question))
	})
	sorted := make([]scores.Movement, len(all))
	for n, at := range places {
		sorted[n] = all[at]
	}
	return sorted
}

func scanMovement(r pgx.Rows, m *scores.Movement) error {
	return r.Scan(&m.Inspection, &m.Position, &m.Case, &m.Question,
		&m.Before.Above, &m.Before.Relevant, &m.After.Above, &m.After.Relevant, &m.Framework)
}
