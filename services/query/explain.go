package query

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/projections/scores/rows"
	"github.com/aboveline/aboveline/services/api"
	"github.com/aboveline/aboveline/services/policy"
)

// Explanation is what moved one figure, in order. The figure starts without a
// value; After of its last change is the figure as it stands.
type Explanation struct {
	Programme  events.Programme    `json:"programme"`
	Inspection events.InspectionID `json:"inspection"`
	Figure     scores.FigureID     `json:"figure"`
	Name       string              `json:"name"`
	Position   events.Position     `json:"position" doc:"How far the ledger had been read."`
	Value      Value               `json:"value" doc:"The figure as it stands."`
	// Totals are of all changes, whatever was asked for: they add up to the figure.
	Totals []Total `json:"totals" doc:"All changes of the figure by cause; the nets add up to the figure exactly."`
	// Matched are of the changes that the filters let through; absent without filters.
	Matched []Total        `json:"matched,omitempty" doc:"Those changes by cause that the filters let through."`
	Changes []FigureChange `json:"changes" doc:"The changes that were asked for, in order."`
}

// Total is what all changes of one cause did to the figure together.
type Total struct {
	Cause   scores.Cause `json:"cause" enum:"judgements,corrections,withdrawals,attributes,criteria"`
	Changes int          `json:"changes"`
	Net     string       `json:"net" doc:"Exact sum of the movements, a ratio p/q like the figure; no value counts as 0." example:"-1/85"`
	Points  string       `json:"points" doc:"The same in points, with two decimals." example:"-1.18"`
}

// Value is a figure at one moment; null where it had none.
type Value struct {
	Exact   *string `json:"exact"`
	Percent *int    `json:"percent"`
}

type explainInput struct {
	InspectionInput
	Figure   string    `query:"figure" required:"true" maxLength:"300" example:"outcome/1" doc:"A figure as in the scores."`
	Actor    string    `query:"actor" maxLength:"200" doc:"Only changes by this actor."`
	Case     string    `query:"case" maxLength:"200" doc:"Only changes by events about this case."`
	Question string    `query:"question" maxLength:"200" doc:"Only changes that moved this question."`
	Since    time.Time `query:"since" doc:"Only what was recorded at this time or later."`
	Until    time.Time `query:"until" doc:"Only what was recorded by this time."`
	Limit    int       `query:"limit" minimum:"1" doc:"At most so many changes, the first."`
	Last     int       `query:"last" minimum:"1" doc:"At most so many changes, the last."`
}

type explainOutput struct {
	Body Explanation
}

func (q *Query) explain(ctx context.Context, in *explainInput) (*explainOutput, error) {
	p, err := q.guard.Programme(ctx, in.id())
	if err != nil {
		return nil, err
	}
	if _, err := q.guard.Allow(ctx, policy.Explain, p, in.id()); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	trail, err := q.scores.Trail(ctx, p, in.id(), scores.FigureID(in.Figure))
	if scores.IsUnknownFigure(err) {
		return nil, api.Errorf(api.NotFound, "the framework has no such figure; "+
			"figures are outcome/1, section/1, criterion/1.1, question/1.1.01 and the like")
	}
	if err != nil {
		return nil, failed(err)
	}
	out, err := q.explanation(ctx, p, in, trail)
	if err != nil {
		return nil, failed(err)
	}
	return &explainOutput{Body: out}, nil
}

// explanation puts together what moved the figure and who did it. The arithmetic
// and the ledger, which never changes, are done side by side.
func (q *Query) explanation(
	ctx context.Context, p events.Programme, in *explainInput, trail *rows.Trail,
) (Explanation, error) {
	positions := trail.Positions()
	var (
		changes  []scores.Change
		values   []Value // After of each change, where all are asked for
		outlines []ledger.Outline
	)
	g, background := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		outlines, err = q.ledger.Outlines(background, p, positions, in.everything())
		return err
	})
	g.Go(func() error {
		for c, err := range trail.Changes() {
			if err != nil {
				return err
			}
			changes = append(changes, c)
			if in.everything() {
				values = append(values, valueAt(c.After))
			}
		}
		return nil
	})
	if err := g.Wait(); err != nil {
		return Explanation{}, err
	}
	title, _ := trail.Title()
	out := Explanation{
		Programme: p, Inspection: in.id(), Figure: scores.FigureID(in.Figure), Name: title, Position: trail.Position,
		Changes: []FigureChange{},
	}
	var all, matched scores.Totals
	var asked []attributed
	n := 0
	for k, c := range changes {
		for outlines[n].Position != c.Position {
			n++
		}
		one := attributed{change: c, outline: &outlines[n]}
		cause, err := scores.CauseOf(one.outline.Type)
		if err != nil {
			return out, err
		}
		one.cause = cause
		if values != nil {
			one.after = &values[k]
		}
		all.Add(cause, c)
		if in.matches(&one) {
			matched.Add(cause, c)
			asked = append(asked, one)
		}
	}
	if len(changes) > 0 {
		out.Value = valueAt(changes[len(changes)-1].After)
	}
	out.Totals = totals(all.All())
	if in.filters() {
		out.Matched = totals(matched.All())
	}
	asked = in.page(asked)
	if !in.everything() {
		if err := q.complete(ctx, p, asked); err != nil {
			return out, err
		}
	}
	var err error
	out.Changes, err = figureChanges(asked)
	return out, err
}

// attributed is a change and the event that made it.
type attributed struct {
	change  scores.Change
	cause   scores.Cause
	outline *ledger.Outline
	after   *Value // nil if not written out yet
}

// complete reads the data of the events asked for.
func (q *Query) complete(ctx context.Context, p events.Programme, asked []attributed) error {
	positions := make([]events.Position, len(asked))
	for n := range asked {
		positions[n] = asked[n].change.Position
	}
	outlines, err := q.ledger.Outlines(ctx, p, positions, true)
	if err != nil {
		return err
	}
	for n := range asked {
		asked[n].outline = &outlines[n]
	}
	return nil
}

// check refuses parameters that do not go together.
func (in *explainInput) check() error {
	switch {
	case in.Limit != 0 && in.Last != 0:
		return api.Errorf(api.Invalid, "limit and last exclude one another; give only one of them")
	case !in.Until.IsZero() && in.Until.Before(in.Since):
		return api.Errorf(api.Invalid, "until is before since")
	default:
		return nil
	}
}

// filters reports whether any filter was given.
func (in *explainInput) filters() bool {
	return in.Actor != "" || in.Case != "" || in.Question != "" || !in.Since.IsZero() || !in.Until.IsZero()
}

// everything reports whether all changes were asked for.
func (in *explainInput) everything() bool { return !in.filters() && in.Limit == 0 && in.Last == 0 }

func (in *explainInput) matches(one *attributed) bool {
	o := one.outline
	switch {
	case in.Actor != "" && o.Actor != events.Actor(in.Actor),
		in.Case != "" && o.Case != events.CaseID(in.Case),
		!in.Since.IsZero() && o.RecordedAt.Before(in.Since),
		!in.Until.IsZero() && o.RecordedAt.After(in.Until):
		return false
	}
	return in.Question == "" || slices.ContainsFunc(one.change.Movements, func(m scores.Movement) bool {
		return m.Question == events.QuestionID(in.Question)
	})
}

// page cuts the first or the last of the changes.
func (in *explainInput) page(asked []attributed) []attributed {
	switch {
	case in.Limit != 0:
		return asked[:min(in.Limit, len(asked))]
	case in.Last != 0:
		return asked[max(0, len(asked)-in.Last):]
	default:
		return asked
	}
}

func totals(all []scores.Total) []Total {
	out := make([]Total, len(all))
	for n, t := range all {
		out[n] = Total{Cause: t.Cause, Changes: t.Changes, Net: t.Net.String(), Points: Points(t.Net)}
	}
	return out
}
