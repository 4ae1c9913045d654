package query

import (
	"context"
	"math/big"
	"strings"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/projections/scores/rows"
	"github.com/aboveline/aboveline/services/api"
	"github.com/aboveline/aboveline/services/policy"
)

// Scores are the figures of an inspection at one position.
type Scores struct {
	Programme         events.Programme    `json:"programme"`
	Inspection        events.InspectionID `json:"inspection"`
	FrameworkRevision int                 `json:"framework_revision"`
	Position          events.Position     `json:"position" doc:"How far the ledger had been read."`
	Figures           []Figure            `json:"figures"`
}

// Figure is one number. Exact and Percent are null where no answer is relevant.
type Figure struct {
	Figure  scores.FigureID `json:"figure" example:"outcome/1"`
	Name    string          `json:"name"`
	Exact   *string         `json:"exact" doc:"The exact ratio p/q." example:"10865651/13755924"`
	Percent *int            `json:"percent" doc:"Whole percent, halves up." example:"79"`
	// Questions of an outcome, a section or a criterion are those with a proportion;
	// Criteria of a section those with a score.
	Questions *int `json:"questions,omitempty"`
	Criteria  *int `json:"criteria,omitempty"`
	// Of a question: the divisor and what stands beside it.
	Scored     *bool `json:"scored,omitempty"`
	Above      *int  `json:"above,omitempty"`
	Relevant   *int  `json:"relevant,omitempty"`
	Unanswered *int  `json:"unanswered,omitempty"`
	Flagged    *int  `json:"flagged,omitempty"`
}

// Ratio writes an exact value, nil for none.
func Ratio(r *big.Rat) *string {
	if r == nil {
		return nil
	}
	s := r.String()
	return &s
}

// Percent is the whole percent of an exact value, nil for none.
func Percent(r *big.Rat) *int {
	p, ok := scores.Percent(r)
	if !ok {
		return nil
	}
	return &p
}

func figureOf(f scores.Figure) Figure {
	out := Figure{Figure: f.Name, Name: f.Title, Exact: Ratio(f.Exact), Percent: Percent(f.Exact)}
	if t := f.Tally; t != nil {
		out.Scored = &f.Scored
		out.Above, out.Relevant, out.Unanswered, out.Flagged = &t.Above, &t.Relevant, &t.Unanswered, &t.Flagged
		return out
	}
	out.Questions = &f.Questions
	if strings.HasPrefix(string(f.Name), "section/") {
		out.Criteria = &f.Criteria
	}
	return out
}

type scoresInput struct {
	InspectionInput
	Position uint64    `query:"position" doc:"As of this position; the newest if left out."`
	At       time.Time `query:"at" doc:"As of what was recorded by this time."`
	Where    string    `query:"where" maxLength:"2000" doc:"Only cases for which this CEL expression holds."`
}

type scoresOutput struct {
	Body Scores
}

func (q *Query) getScores(ctx context.Context, in *scoresInput) (*scoresOutput, error) {
	p, err := q.guard.Programme(ctx, in.id())
	if err != nil {
		return nil, err
	}
	if _, err := q.guard.Allow(ctx, policy.ReadScores, p, in.id()); err != nil {
		return nil, err
	}
	s, err := q.snapshot(ctx, p, in)
	if err != nil {
		return nil, failed(err)
	}
	out := Scores{
		Programme: p, Inspection: in.id(), FrameworkRevision: s.Revision, Position: s.Position, Figures: []Figure{},
	}
	if s.Framework != nil {
		for _, f := range scores.Figures(s.Framework, s.Tallies) {
			out.Figures = append(out.Figures, figureOf(f))
		}
	}
	return &scoresOutput{Body: out}, nil
}

// snapshot reads what the parameters ask for.
func (q *Query) snapshot(ctx context.Context, p events.Programme, in *scoresInput) (rows.Snapshot, error) {
	asked := 0
	for _, set := range []bool{in.Position != 0, !in.At.IsZero(), in.Where != ""} {
		if set {
			asked++
		}
	}
	if asked > 1 {
		return rows.Snapshot{}, api.Errorf(api.Invalid, "give only one of position, at and where")
	}
	if in.Where != "" {
		s, err := q.scores.Where(ctx, p, in.id(), in.Where)
		if framework.IsProblems(err) {
			return s, api.Errorf(api.Invalid, "%s", err.Error()).At("query.where", "bad_expression", err.Error())
		}
		return s, err
	}
	at := events.Position(in.Position)
	if !in.At.IsZero() {
		var err error
		if at, err = q.ledger.PositionAt(ctx, p, in.At); err != nil {
			return rows.Snapshot{}, err
		}
		if at == 0 {
			return rows.Snapshot{}, api.Errorf(api.NotFound, "nothing was recorded in this programme by then")
		}
	}
	return q.scores.Tallies(ctx, p, in.id(), at)
}
