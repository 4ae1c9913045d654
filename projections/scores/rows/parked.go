package rows

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores"
)

// Parked reads what the scores could not apply of the events of an inspection.
func (r *Reader) Parked(ctx context.Context, p events.Programme, i events.InspectionID) (all []runner.Parked, err error) {
	err = r.snapshot(ctx, p, i, func(tx pgx.Tx, g runner.Generation, head events.Position) error {
		all, err = parkedUntil(ctx, tx, g, i, head)
		return err
	})
	return all, err
}

func parkedUntil(
	ctx context.Context, tx pgx.Tx, g runner.Generation, i events.InspectionID, at events.Position,
) (all []runner.Parked, err error) {
	for p, err := range runner.ReadParked(ctx, tx, g, i) {
		if err != nil {
			return nil, err
		}
		if p.Position <= at {
			all = append(all, p)
		}
	}
	return all, nil
}

// Incomplete reports whether a figure lacks something that is parked. A judgement
// that is parked concerns its question and those whose rules look at it; whatever
// else is parked and could move a score concerns all figures.
func (s *Snapshot) Incomplete(figure scores.FigureID) bool {
	if len(s.Parked) == 0 || s.Framework == nil {
		return false
	}
	feeding, err := figure.Questions(s.Framework)
	if err != nil {
		return false
	}
	for k := range s.Parked {
		p := &s.Parked[k]
		if cause, err := scores.CauseOf(p.Type); err != nil && !unknown(p.Type) {
			continue // it moves no score
		} else if cause == scores.CauseAttributes || err != nil {
			return true
		}
		q, ok := judged(p)
		if !ok || slices.Contains(feeding, q) {
			return true
		}
		for _, d := range s.Framework.DependentsOnAnswer(q) {
			if slices.Contains(feeding, d.ID) {
				return true
			}
		}
	}
	return false
}

// unknown reports whether this release does not know a type of event, so that it may
// mean anything.
func unknown(t events.Type) bool {
	for _, k := range events.Current().Kinds() {
		if k.Type == t {
			return false
		}
	}
	return true
}

var unescape = strings.NewReplacer("%2F", "/", "%25", "%")

// judged is the question of a stream of judgements.
func judged(p *runner.Parked) (events.QuestionID, bool) {
	part, ok := strings.CutPrefix(string(p.Stream), string(events.JudgementStream(p.Inspection, p.Case, "")))
	return events.QuestionID(unescape.Replace(part)), ok
}
