package query

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/services/access"
	"github.com/aboveline/aboveline/services/api"
	"github.com/aboveline/aboveline/services/policy"
)

// Generations lists the generations of the read models and takes requests about
// them, which a projector then follows. It is safe for concurrent use and has
// nothing to close.
type Generations struct {
	desk   *runner.Desk
	guard  *access.Guard
	wakeUp func(events.Programme)
}

// NewGenerations makes the service on a desk. The function wakeUp tells projectors
// that there is something to do; it must not block, and they find out anyway.
func NewGenerations(desk *runner.Desk, guard *access.Guard, wakeUp func(events.Programme)) *Generations {
	return &Generations{desk: desk, guard: guard, wakeUp: wakeUp}
}

// Routes adds the service to the API.
func (g *Generations) Routes(a huma.API) {
	operation := func(method, id, path, summary, tag string) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: method, Path: "/v1/programmes/{programme}" + path, Summary: summary, Tags: []string{tag},
			Errors: []int{400, 401, 403, 404, 409, 422, 503},
		}
	}
	huma.Register(a, operation(http.MethodGet, "list-generations", "/generations",
		"Generations of the read models, the newest first", "generations"), g.list)
	replay := operation(http.MethodPost, "replay-projection", "/projections/{projection}/replay",
		"Build a read model anew, beside the one that is read", "generations")
	replay.DefaultStatus = http.StatusAccepted
	huma.Register(a, replay, g.replay)
	cancel := operation(http.MethodPost, "cancel-build", "/generations/{generation}/cancel",
		"Stop building a generation", "generations")
	cancel.DefaultStatus = http.StatusNoContent
	huma.Register(a, cancel, g.cancel)
	use := operation(http.MethodPost, "use-generation", "/generations/{generation}/use",
		"Go back to the previous generation", "generations")
	use.DefaultStatus = http.StatusAccepted
	huma.Register(a, use, g.use)
	huma.Register(a, operation(http.MethodGet, "list-parked-events", "/parked",
		"Events that a read model could not apply", "parked"), g.parked)
	retry := operation(http.MethodPost, "retry-parked-events", "/parked/retry",
		"Try parked events again, each in its place", "parked")
	retry.DefaultStatus = http.StatusAccepted
	huma.Register(a, retry, g.retry)
}

// Generation is one build of one read model of a programme.
type Generation struct {
	Generation runner.Generation `json:"generation"`
	Projection string            `json:"projection"`
	Programme  events.Programme  `json:"programme"`
	Version    int               `json:"version"`
	State      runner.State      `json:"state" enum:"building,ready,active,previous,failed,dropped"`
	Phase      string            `json:"phase,omitempty" doc:"What the builder is at: waiting, reading, finishing, checking or switching."`
	Wanted     bool              `json:"wanted,omitempty" doc:"A previous one that is about to be active again."`
	Position   events.Position   `json:"position"`
	Head       events.Position   `json:"head" doc:"How far the ledger goes."`
	// Rate and Remaining are there while it is being built.
	Rate        int          `json:"events_per_second,omitempty"`
	Remaining   *int         `json:"eta_seconds,omitempty"`
	Throttle    int          `json:"throttle,omitempty" doc:"The most events per second."`
	Parked      int          `json:"parked,omitempty" doc:"Events that it could not apply, and those behind them."`
	RequestedBy events.Actor `json:"requested_by,omitempty" doc:"Missing where the projector asked itself."`
	Reason      string       `json:"reason,omitempty" doc:"Why it is built, or why it failed."`
	CreatedAt   time.Time    `json:"created_at"`
	VerifiedAt  time.Time    `json:"verified_at,omitzero"`
	SwitchedAt  time.Time    `json:"switched_at,omitzero"`
	EndedAt     time.Time    `json:"ended_at,omitzero"`
}

func generationOf(i runner.GenerationInfo) Generation {
	g := Generation{
		Generation: i.Generation, Projection: i.Projection, Programme: i.Programme, Version: i.Version,
		State: i.State, Phase: i.Phase, Wanted: i.Wanted, Position: i.Position, Head: i.Head, Rate: i.Rate,
		Throttle: i.Throttle, Parked: i.Parked, RequestedBy: i.RequestedBy, Reason: i.Reason, CreatedAt: i.CreatedAt,
		VerifiedAt: i.VerifiedAt, SwitchedAt: i.SwitchedAt, EndedAt: i.EndedAt,
	}
	if i.Rate > 0 {
		left := int(i.Head-i.Position) / i.Rate
		g.Remaining = &left
	}
	return g
}

// GenerationList is what the list answers.
type GenerationList struct {
	Programme   events.Programme `json:"programme"`
	Generations []Generation     `json:"generations"`
}

type generationsOutput struct {
	Body GenerationList
}

func (g *Generations) list(ctx context.Context, in *ProgrammeInput) (*generationsOutput, error) {
	if _, err := g.guard.Allow(ctx, policy.ReadGenerations, in.id(), ""); err != nil {
		return nil, err
	}
	all, err := g.desk.Generations(ctx, in.id())
	if err != nil {
		return nil, deskFailed(err)
	}
	out := GenerationList{Programme: in.id(), Generations: []Generation{}}
	for _, one := range all {
		out.Generations = append(out.Generations, generationOf(one))
	}
	return &generationsOutput{Body: out}, nil
}

type replayInput struct {
	ProgrammeInput
	Projection string `path:"projection" maxLength:"100" doc:"Name of the read model." example:"scores"`
	Body       struct {
		Throttle int `json:"throttle,omitempty" minimum:"0" maximum:"100000000" doc:"The most events per second; 0 for no limit."`
	}
}

// Requested is what was asked for.
type Requested struct {
	Generation runner.Generation `json:"generation"`
}

type requestedOutput struct {
	Body Requested
}

func (g *Generations) replay(ctx context.Context, in *replayInput) (*requestedOutput, error) {
	who, err := g.guard.Allow(ctx, policy.ReplayProjection, in.id(), "")
	if err != nil {
		return nil, err
	}
	n, err := g.desk.Replay(ctx, in.Projection, in.id(), who.Subject, in.Body.Throttle, "")
	if err != nil {
		return nil, deskFailed(err)
	}
	g.wakeUp(in.id())
	return &requestedOutput{Body: Requested{Generation: n}}, nil
}

type generationInput struct {
	ProgrammeInput
	Generation int64 `path:"generation" minimum:"1" doc:"Number of the generation."`
}

func (g *Generations) cancel(ctx context.Context, in *generationInput) (*struct{}, error) {
	who, err := g.guard.Allow(ctx, policy.ReplayProjection, in.id(), "")
	if err != nil {
		return nil, err
	}
	if err := g.desk.Cancel(ctx, in.id(), runner.Generation(in.Generation), who.Subject); err != nil {
		return nil, deskFailed(err)
	}
	g.wakeUp(in.id())
	return nil, nil
}

func (g *Generations) use(ctx context.Context, in *generationInput) (*requestedOutput, error) {
	who, err := g.guard.Allow(ctx, policy.ReplayProjection, in.id(), "")
	if err != nil {
		return nil, err
	}
	if err := g.desk.Use(ctx, in.id(), runner.Generation(in.Generation), who.Subject); err != nil {
		return nil, deskFailed(err)
	}
	g.wakeUp(in.id())
	return &requestedOutput{Body: Requested{Generation: runner.Generation(in.Generation)}}, nil
}

// deskFailed turns what the desk refuses into a problem.
func deskFailed(err error) error {
	switch {
	case runner.IsUnknown(err):
		return api.Errorf(api.NotFound, "%s", runner.Wording(err))
	case runner.IsRefused(err):
		return api.Errorf(api.Conflict, "%s", runner.Wording(err))
	}
	return failed(err)
}
