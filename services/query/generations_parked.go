package query

import (
	"context"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/services/policy"
)

// ParkedEvent is an event that a read model could not apply, or one of the same
// stream behind it. What the event says is not in it.
type ParkedEvent struct {
	Projection string              `json:"projection"`
	Generation runner.Generation   `json:"generation"`
	Position   events.Position     `json:"position"`
	EventID    events.EventID      `json:"event_id"`
	Type       events.Type         `json:"type"`
	Stream     events.Stream       `json:"stream"`
	Inspection events.InspectionID `json:"inspection"`
	Case       events.CaseID       `json:"case,omitempty"`
	First      bool                `json:"first" doc:"It could not be applied; the others of its stream wait behind it."`
	Reason     string              `json:"reason"`
	Attempts   int                 `json:"attempts"`
	ParkedAt   time.Time           `json:"parked_at"`
}

// ParkedList is what is parked in the active generations of a programme.
type ParkedList struct {
	Programme events.Programme `json:"programme"`
	Parked    []ParkedEvent    `json:"parked"`
}

type parkedOutput struct {
	Body ParkedList
}

func (g *Generations) parked(ctx context.Context, in *ProgrammeInput) (*parkedOutput, error) {
	if _, err := g.guard.Allow(ctx, policy.ReadParked, in.id(), ""); err != nil {
		return nil, err
	}
	all, err := g.desk.Parked(ctx, in.id())
	if err != nil {
		return nil, deskFailed(err)
	}
	out := ParkedList{Programme: in.id(), Parked: []ParkedEvent{}}
	for _, p := range all {
		out.Parked = append(out.Parked, ParkedEvent{
			Projection: p.Projection, Generation: p.Generation, Position: p.Position, EventID: p.ID, Type: p.Type,
			Stream: p.Stream, Inspection: p.Inspection, Case: p.Case, First: p.First, Reason: p.Reason,
			Attempts: p.Attempts, ParkedAt: p.ParkedAt.UTC(),
		})
	}
	return &parkedOutput{Body: out}, nil
}

// Retried names the generations in which parked events are tried again.
type Retried struct {
	Generations []runner.Generation `json:"generations"`
}

type retriedOutput struct {
	Body Retried
}

func (g *Generations) retry(ctx context.Context, in *ProgrammeInput) (*retriedOutput, error) {
	who, err := g.guard.Allow(ctx, policy.RetryParked, in.id(), "")
	if err != nil {
		return nil, err
	}
	all, err := g.desk.RetryParked(ctx, in.id(), who.Subject)
	if err != nil {
		return nil, deskFailed(err)
	}
	g.wakeUp(in.id())
	return &retriedOutput{Body: Retried{Generations: append([]runner.Generation{}, all...)}}, nil
}
