package query

import (
	"context"
	"slices"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/projections/scores/rows"
	"github.com/aboveline/aboveline/services/api"
	"github.com/aboveline/aboveline/services/policy"
)

// Difference is every figure of an inspection at two moments.
type Difference struct {
	Programme  events.Programme    `json:"programme"`
	Inspection events.InspectionID `json:"inspection"`
	From       Side                `json:"from"`
	To         Side                `json:"to"`
	// Changes are the events between the two that moved anything, by cause.
	Changes Counts             `json:"changes" doc:"Events between the two that moved a question, by cause; null where they cannot be told."`
	Figures []FigureDifference `json:"figures"`
}

// Side is one of the two moments.
type Side struct {
	Moment            string          `json:"moment" doc:"As it was asked for."`
	Position          events.Position `json:"position"`
	FrameworkRevision int             `json:"framework_revision"`
}

// FigureDifference is one figure at both moments; a figure that the framework of a
// moment does not have has no value there.
type FigureDifference struct {
	Figure  scores.FigureID `json:"figure"`
	Name    string          `json:"name"`
	Before  Value           `json:"before"`
	After   Value           `json:"after"`
	Changes Counts          `json:"changes,omitempty" doc:"Its changes between the two, by cause, as an explanation counts them."`
}

// Counts are numbers of changes by cause; causes without any are left out.
type Counts map[scores.Cause]int

type differenceInput struct {
	InspectionInput
	From        string `query:"from" required:"true" maxLength:"100" example:"1200" doc:"now, a position, a time (RFC 3339, recorded), or occurred:TIME."`
	To          string `query:"to" required:"true" maxLength:"100" example:"now" doc:"As from."`
	Framework   int    `query:"framework" minimum:"1" doc:"Both under this revision instead of those in force at the moments."`
	ToFramework int    `query:"to_framework" minimum:"1" doc:"The second under this revision."`
	Where       string `query:"where" maxLength:"2000" doc:"Only cases for which this CEL expression holds."`
}

type differenceOutput struct {
	Body Difference
}

func (q *Query) difference(ctx context.Context, in *differenceInput) (*differenceOutput, error) {
	p, err := q.guard.Programme(ctx, in.id())
	if err != nil {
		return nil, err
	}
	if _, err := q.guard.Allow(ctx, policy.ReadScores, p, in.id()); err != nil {
		return nil, err
	}
	from := reading{framework: in.Framework, where: in.Where}
	to := from
	if in.ToFramework != 0 {
		to.framework = in.ToFramework
	}
	var sides [2]rows.Snapshot
	for n, side := range []struct {
		name, moment string
		reading      *reading
	}{{"query.from", in.From, &from}, {"query.to", in.To, &to}} {
		if side.reading.moment, err = ParseMoment(side.moment); err != nil {
			return nil, api.Errorf(api.Invalid, "%s", err.Error()).At(side.name, "bad_moment", err.Error())
		}
		if sides[n], err = q.read(ctx, p, in.id(), *side.reading); err != nil {
			err = failed(err)
			if problem, ok := api.IsProblem(err); ok && len(problem.Errors) == 0 {
				err = problem.At(side.name, "", problem.Detail)
			}
			return nil, err
		}
	}
	out := Difference{
		Programme: p, Inspection: in.id(),
		From: Side{in.From, sides[0].Position, sides[0].Revision}, To: Side{in.To, sides[1].Position, sides[1].Revision},
		Figures: differences(sides[0], sides[1]),
	}
	if from.countable() && to.countable() {
		if err := q.countChanges(ctx, &out); err != nil {
			return nil, failed(err)
		}
	}
	return &differenceOutput{Body: out}, nil
}

// countable reports whether a reading is a place in the history.
func (r reading) countable() bool {
	return r.where == "" && r.framework == 0 && r.moment.AtOccurred.IsZero()
}

// differences pairs the figures of two moments: those of the second in their order,
// then those that only the first had.
func differences(from, to rows.Snapshot) []FigureDifference {
	out := []FigureDifference{}
	at := map[scores.FigureID]int{}
	for _, f := range figuresOf(to) {
		at[f.Name] = len(out)
		out = append(out, FigureDifference{Figure: f.Name, Name: f.Title, After: valueOf(f)})
	}
	for _, f := range figuresOf(from) {
		n, ok := at[f.Name]
		if !ok {
			n = len(out)
			out = append(out, FigureDifference{Figure: f.Name, Name: f.Title})
		}
		out[n].Before = valueOf(f)
	}
	return out
}

func figuresOf(s rows.Snapshot) []scores.Figure {
	if s.Framework == nil {
		return nil
	}
	return scores.Figures(s.Framework, s.Tallies)
}

func valueOf(f scores.Figure) Value { return valueAt(f.Exact) }

// countChanges counts what happened between two positions.
func (q *Query) countChanges(ctx context.Context, d *Difference) error {
	low, high := d.From.Position, d.To.Position
	if low > high {
		low, high = high, low
	}
	span, err := q.scores.Span(ctx, d.Programme, d.Inspection, low, high)
	if err != nil {
		return err
	}
	var positions []events.Position
	for _, m := range span.Movements {
		positions = append(positions, m.Position)
	}
	positions = slices.Compact(positions)
	outlines, err := q.ledger.Outlines(ctx, d.Programme, positions, false)
	if err != nil {
		return err
	}
	t := tally{figures: map[scores.FigureID]Counts{}, feeds: map[int]map[events.QuestionID][]scores.FigureID{}}
	d.Changes = Counts{}
	n := 0
	for k := range outlines {
		cause, err := scores.CauseOf(outlines[k].Type)
		if err != nil {
			return err
		}
		moved := map[scores.FigureID]bool{}
		question := false // one was moved
		for ; n < len(span.Movements) && span.Movements[n].Position == outlines[k].Position; n++ {
			m := span.Movements[n]
			if m.Question == "" {
				continue
			}
			question = true
			fed, err := t.fedBy(span, m)
			if err != nil {
				return err
			}
			for _, id := range fed {
				moved[id] = true
			}
		}
		if cause == scores.CauseCriteria {
			if err := q.movedByFramework(ctx, d, outlines[k].Position, moved); err != nil {
				return err
			}
		}
		if question || len(moved) > 0 {
			d.Changes[cause]++
		}
		for id := range moved {
			t.count(id, cause)
		}
	}
	for k := range d.Figures {
		d.Figures[k].Changes = t.figures[d.Figures[k].Figure]
	}
	return nil
}

// movedByFramework adds the figures to which a framework gave another value, be it
// without moving a question.
func (q *Query) movedByFramework(
	ctx context.Context, d *Difference, at events.Position, moved map[scores.FigureID]bool,
) error {
	before, err := q.scores.Tallies(ctx, d.Programme, d.Inspection, at-1)
	if err != nil {
		return err
	}
	after, err := q.scores.Tallies(ctx, d.Programme, d.Inspection, at)
	if err != nil {
		return err
	}
	for _, f := range differences(before, after) {
		if !same(f.Before.Exact, f.After.Exact) {
			moved[f.Figure] = true
		}
	}
	return nil
}

func same(a, b *string) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// tally counts changes by figure.
type tally struct {
	figures map[scores.FigureID]Counts
	feeds   map[int]map[events.QuestionID][]scores.FigureID // by revision
}

func (t *tally) count(id scores.FigureID, cause scores.Cause) {
	if t.figures[id] == nil {
		t.figures[id] = Counts{}
	}
	t.figures[id][cause]++
}

// fedBy are the figures that the question of a movement feeds under the framework
// of the movement.
func (t *tally) fedBy(span rows.Span, m scores.Movement) ([]scores.FigureID, error) {
	if feeds, ok := t.feeds[m.Framework]; ok {
		return feeds[m.Question], nil
	}
	fw, err := span.Framework(m.Framework)
	if err != nil {
		return nil, err
	}
	feeds := map[events.QuestionID][]scores.FigureID{}
	for _, f := range scores.Figures(fw, nil) {
		questions, err := f.Name.Questions(fw)
		if err != nil {
			return nil, err
		}
		for _, question := range questions {
			feeds[question] = append(feeds[question], f.Name)
		}
	}
	t.feeds[m.Framework] = feeds
	return feeds[m.Question], nil
}
