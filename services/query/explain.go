package query

import (
	"context"
	"iter"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/services/api"
	"github.com/aboveline/aboveline/services/policy"
)

// Explanation is every change of one figure, in order. The figure starts without
// a value; After of the last change is the figure as it stands.
type Explanation struct {
	Programme  events.Programme    `json:"programme"`
	Inspection events.InspectionID `json:"inspection"`
	Figure     scores.FigureID     `json:"figure"`
	Name       string              `json:"name"`
	Changes    []FigureChange      `json:"changes"`
}

// FigureChange is what one event did to the figure.
type FigureChange struct {
	Position          events.Position   `json:"position"`
	EventID           events.EventID    `json:"event_id"`
	Type              events.Type       `json:"type"`
	Actor             events.Actor      `json:"actor"`
	OccurredAt        time.Time         `json:"occurred_at"`
	RecordedAt        time.Time         `json:"recorded_at"`
	Case              events.CaseID     `json:"case,omitempty"`
	Question          events.QuestionID `json:"question,omitempty"`
	Answer            events.Answer     `json:"answer,omitempty"`
	Before            Value             `json:"before"`
	After             Value             `json:"after"`
	Moved             []Moved           `json:"moved" doc:"The questions behind the change."`
	FrameworkRevision int               `json:"framework_revision"`
}

// Value is a figure at one moment; null where it had none.
type Value struct {
	Exact   *string `json:"exact"`
	Percent *int    `json:"percent"`
}

// Moved is one question that an event moved.
type Moved struct {
	Question       events.QuestionID `json:"question"`
	AboveBefore    int               `json:"above_before"`
	RelevantBefore int               `json:"relevant_before"`
	AboveAfter     int               `json:"above_after"`
	RelevantAfter  int               `json:"relevant_after"`
}

type explainInput struct {
	InspectionInput
	Figure string `query:"figure" required:"true" maxLength:"300" example:"outcome/1" doc:"A figure as in the scores."`
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
	out := Explanation{
		Programme: p, Inspection: in.id(), Figure: scores.FigureID(in.Figure), Changes: []FigureChange{},
	}
	if out.Name, err = q.title(ctx, p, in.id(), out.Figure); err != nil {
		return nil, failed(err)
	}
	err = q.scores.History(ctx, p, in.id(), func(
		history iter.Seq2[scores.Movement, error], frameworks func(int) (*framework.Framework, error),
	) error {
		for c, err := range scores.Explain(frameworks, out.Figure, history) {
			if err != nil {
				return err
			}
			out.Changes = append(out.Changes, changeOf(c))
		}
		return nil
	})
	if err == nil {
		err = q.attribute(ctx, p, out.Changes)
	}
	if err != nil {
		return nil, failed(err)
	}
	return &explainOutput{Body: out}, nil
}

// title is the figure's name under the current framework; a figure that it does
// not have is not found.
func (q *Query) title(
	ctx context.Context, p events.Programme, i events.InspectionID, id scores.FigureID,
) (string, error) {
	s, err := q.scores.Tallies(ctx, p, i, 0)
	if err != nil {
		return "", err
	}
	if s.Framework != nil {
		for _, f := range scores.Figures(s.Framework, s.Tallies) {
			if f.Name == id {
				return f.Title, nil
			}
		}
	}
	return "", api.Errorf(api.NotFound,
		"framework revision %d has no such figure; figures are outcome/1, section/1, criterion/1.1, question/1.1.01 and the like",
		s.Revision)
}

func changeOf(c scores.Change) FigureChange {
	out := FigureChange{
		Position: c.Position, FrameworkRevision: c.Framework, Moved: []Moved{},
		Before: Value{Ratio(c.Before), Percent(c.Before)}, After: Value{Ratio(c.After), Percent(c.After)},
	}
	for _, m := range c.Movements {
		out.Moved = append(out.Moved, Moved{
			Question: m.Question, AboveBefore: m.Before.Above, RelevantBefore: m.Before.Relevant,
			AboveAfter: m.After.Above, RelevantAfter: m.After.Relevant,
		})
	}
	return out
}

// attribute fills in who did it, when and what, from the ledger.
func (q *Query) attribute(ctx context.Context, p events.Programme, changes []FigureChange) error {
	positions := make([]events.Position, len(changes))
	for n := range changes {
		positions[n] = changes[n].Position
	}
	n := 0
	for r, err := range q.ledger.ReadPositions(ctx, p, positions) {
		if err != nil {
			return err
		}
		for n < len(changes) && changes[n].Position != r.Position {
			n++
		}
		if n == len(changes) {
			break
		}
		c := &changes[n]
		c.EventID, c.Type, c.Actor, c.Case = r.ID, r.Type, r.Actor, r.Case
		c.OccurredAt, c.RecordedAt = r.OccurredAt, r.RecordedAt
		e, err := codec.Decode(r.Kind(), r.Data)
		if err != nil {
			return err
		}
		switch e := e.(type) {
		case events.JudgementRecorded:
			c.Question, c.Answer = e.Question, e.Answer
		case events.JudgementRevised:
			c.Question, c.Answer = e.Question, e.Answer
		case events.JudgementWithdrawn:
			c.Question = e.Question
		}
	}
	return nil
}
