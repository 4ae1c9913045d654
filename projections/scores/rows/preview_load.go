package rows

import (
	"context"
	"encoding/binary"
	"errors"
	"iter"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores"
)

// answers reads all answers of a generation, as [load] does, without an allocation
// for each: names are few and come again and again.
func answers(ctx context.Context, tx pgx.Tx, g runner.Generation) iter.Seq2[scores.AnswerRow, error] {
	seen := texts{}
	return each(ctx, tx, `SELECT inspection, case_id, question, answer, revision, position
		FROM projections.score_answers WHERE generation = $1`, []any{g}, func(r pgx.Rows, a *scores.AnswerRow) error {
		raw := r.RawValues()
		if len(raw[4]) != 4 || len(raw[5]) != 8 {
			return errors.New("revision and position did not come as binary numbers")
		}
		a.Inspection, a.Case = events.InspectionID(seen.of(raw[0])), events.CaseID(seen.of(raw[1]))
		a.Question, a.Answer = events.QuestionID(seen.of(raw[2])), events.Answer(seen.of(raw[3]))
		a.Revision = events.Revision(binary.BigEndian.Uint32(raw[4]))
		a.Position = events.Position(binary.BigEndian.Uint64(raw[5]))
		return nil
	})
}

// texts are the texts seen so far.
type texts map[string]string

func (n texts) of(raw []byte) string {
	if s, ok := n[string(raw)]; ok {
		return s
	}
	s := string(raw)
	n[s] = s
	return s
}
