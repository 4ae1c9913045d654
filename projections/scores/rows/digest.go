package rows

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores"
)

var _ runner.Checkable = Projection{}

// digest hashes rows, in an order of its own and each field with its length.
type digest struct{ hash.Hash }

func newDigest() digest { return digest{sha256.New()} }

func (d digest) text(all ...string) {
	for _, s := range all {
		d.number(uint64(len(s)))
		_, _ = d.Write([]byte(s))
	}
}

func (d digest) number(all ...uint64) {
	for _, n := range all {
		_, _ = d.Write(binary.BigEndian.AppendUint64(nil, n))
	}
}

func (d digest) framework(f *scores.FrameworkRow) {
	d.text("framework", f.Source)
	d.number(uint64(f.Revision), uint64(f.Position))
}

func (d digest) inspection(i *scores.InspectionRow) {
	d.text("inspection", string(i.Inspection), i.Name, fmt.Sprint(i.Closed))
}

func (d digest) caseFile(c *scores.CaseRow) {
	d.text("case", string(c.Inspection), string(c.Case))
	d.number(uint64(c.Revision), uint64(c.Position))
	for _, name := range slices.Sorted(maps.Keys(c.Attributes)) {
		d.text(name, c.Attributes[name])
	}
}

func (d digest) answer(a *scores.AnswerRow) {
	d.text("answer", string(a.Inspection), string(a.Case), string(a.Question), string(a.Answer))
	d.number(uint64(a.Revision), uint64(a.Position))
}

// tally passes over what stands at zero, as a row or without one.
func (d digest) tally(t *scores.TallyRow) {
	if t.Tally == (scores.Tally{}) {
		return
	}
	d.text("tally", string(t.Inspection), string(t.Question))
	d.number(uint64(t.Tally.Above), uint64(t.Tally.Relevant), uint64(t.Tally.Unanswered), uint64(t.Tally.Flagged))
}

func (d digest) moved(i events.InspectionID, q events.QuestionID, p scores.Proportion) {
	if p == (scores.Proportion{}) {
		return
	}
	d.text("moved", string(i), string(q))
	d.number(uint64(p.Above), uint64(p.Relevant))
}

// Digest implements runner.Checkable. The first half is of where everything stands,
// the history's end included, and the second of the whole history.
func (Projection) Digest(
	ctx context.Context, tx pgx.Tx, g runner.Generation, of []events.InspectionID,
) ([]byte, error) {
	d, args := newDigest(), []any{g, names(of)}
	frameworks, err := frameworkRows(ctx, tx, `SELECT revision, position, source FROM projections.score_frameworks
		WHERE generation = $1 ORDER BY position`, g)
	if err != nil {
		return nil, err
	}
	for k := range frameworks {
		d.framework(&frameworks[k])
	}
	s := orderedState(ctx, tx, args)
	for row, err := range s.Inspections {
		if err != nil {
			return nil, err
		}
		d.inspection(&row)
	}
	for row, err := range s.Cases {
		if err != nil {
			return nil, err
		}
		d.caseFile(&row)
	}
	for row, err := range s.Answers {
		if err != nil {
			return nil, err
		}
		d.answer(&row)
	}
	for row, err := range s.Tallies {
		if err != nil {
			return nil, err
		}
		d.tally(&row)
	}
	history, err := d.history(ctx, tx, args)
	if err != nil {
		return nil, err
	}
	return append(d.Sum(nil), history...), nil
}

// history takes in where each question ended, and gives the digest of how it came
// there. A movement that does not go on from where the one before it ended has no
// place in any digest.
func (d digest) history(ctx context.Context, tx pgx.Tx, args []any) ([]byte, error) {
	whole := newDigest()
	var last scores.Movement
	for m, err := range each(ctx, tx, `SELECT inspection, position, case_id, question,
		above_before, relevant_before, above_after, relevant_after, framework
		FROM projections.score_history WHERE generation = $1 AND inspection = ANY ($2)
		ORDER BY inspection, question, position`, args, scanMovement) {
		if err != nil {
			return nil, err
		}
		if m.Inspection != last.Inspection || m.Question != last.Question {
			d.moved(last.Inspection, last.Question, last.After)
			last = scores.Movement{}
		}
		if m.Before != last.After {
			d.text("hole")
		}
		whole.text(string(m.Inspection), string(m.Case), string(m.Question))
		whole.number(uint64(m.Position), uint64(m.Before.Above), uint64(m.Before.Relevant),
			uint64(m.After.Above), uint64(m.After.Relevant), uint64(m.Framework))
		last = m
	}
	d.moved(last.Inspection, last.Question, last.After)
	return whole.Sum(nil), nil
}

func orderedState(ctx context.Context, tx pgx.Tx, args []any) scores.State {
	const where = ` WHERE generation = $1 AND inspection = ANY ($2) ORDER BY inspection`
	return stateRows(ctx, tx, [4]string{where, where + `, case_id`, where + `, case_id, question`, where + `, question`}, args)
}

func names(of []events.InspectionID) []string {
	all := make([]string, len(of))
	for k, i := range of {
		all[k] = string(i)
	}
	return all
}
