package query

import (
	"context"
	"math/big"
	"strings"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/scores"
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
	Incomplete        bool                `json:"incomplete,omitempty" doc:"Events that could not be applied yet are missing from some figures; see parked."`
}

// Figure is one number. Exact and Percent are null where no answer is relevant.
type Figure struct {
	Figure  scores.FigureID `json:"figure" example:"outcome/1"`
	Name    string          `json:"name"`
	Exact   *string         `json:"exact" doc:"The exact ratio p/q." example:"10865651/13755924"`
	Percent *int            `json:"percent" doc:"Whole percent, halves up." example:"79"`
	// Incomplete figures lack an event that could not be applied yet.
	Incomplete bool `json:"incomplete,omitempty" doc:"An event that feeds it could not be applied yet."`
	// Questions of an outcome, a section or a criterion are those with a proportion;
	// Criteria of a section those with a score.
	Questions *int `json:"questions,omitempty"`
	Criteria  *int `json:"criteria,omitempty"`
	// Of a question: the divisor and what stands beside it.
	Scored     *bool `json:"scored,omitempty"`
	Above      *int  `json:"above,omitempty"`
	Relevant   *int  `json:"relevant,omitempty"`
	Unanswered Count `json:"unanswered,omitzero" doc:"Null as of an earlier moment, where it is not known."`
	Flagged    Count `json:"flagged,omitzero" doc:"Null as of an earlier moment, where it is not known."`
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

// figureOf is a figure; whole says that all of its tally is known.
func figureOf(f scores.Figure, whole bool) Figure {
	out := Figure{Figure: f.Name, Name: f.Title, Exact: Ratio(f.Exact), Percent: Percent(f.Exact)}
	if t := f.Tally; t != nil {
		out.Scored = &f.Scored
		out.Above, out.Relevant = &t.Above, &t.Relevant
		out.Unanswered, out.Flagged = counted(t.Unanswered, whole), counted(t.Flagged, whole)
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
	Position   uint64    `query:"position" minimum:"1" maximum:"9223372036854775807" doc:"As of this position; the newest if left out."`
	At         time.Time `query:"at" doc:"As of what was recorded by this time."`
	AtOccurred time.Time `query:"at_occurred" doc:"As of what was true at this time by the clocks of those who were there."`
	Framework  int       `query:"framework" minimum:"1" doc:"Under this revision instead of the one in force at the moment."`
	Where      string    `query:"where" maxLength:"2000" doc:"Only cases for which this CEL expression holds."`
}

// moment is what the parameters say; at most one may.
func (in *scoresInput) moment() (Moment, error) {
	m := Moment{Position: events.Position(in.Position), At: in.At, AtOccurred: in.AtOccurred}
	asked := 0
	for _, set := range []bool{m.Position != 0, !m.At.IsZero(), !m.AtOccurred.IsZero()} {
		if set {
			asked++
		}
	}
	if asked > 1 {
		return m, api.Errorf(api.Invalid, "position, at and at_occurred exclude one another; give only one of them")
	}
	return m, nil
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
	m, err := in.moment()
	if err != nil {
		return nil, err
	}
	s, err := q.read(ctx, p, in.id(), reading{moment: m, framework: in.Framework, where: in.Where})
	if err != nil {
		return nil, failed(err)
	}
	out := Scores{
		Programme: p, Inspection: in.id(), FrameworkRevision: s.Revision, Position: s.Position, Figures: []Figure{},
	}
	if s.Framework != nil {
		for _, f := range scores.Figures(s.Framework, s.Tallies) {
			figure := figureOf(f, s.Whole)
			figure.Incomplete = s.Incomplete(f.Name)
			out.Incomplete = out.Incomplete || figure.Incomplete
			out.Figures = append(out.Figures, figure)
		}
	}
	return &scoresOutput{Body: out}, nil
}
