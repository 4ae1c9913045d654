package query

import (
	"context"
	"errors"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/scores/rows"
	"github.com/aboveline/aboveline/services/api"
	"github.com/aboveline/aboveline/services/policy"
)

// Draft is a framework that somebody keeps for others to look at. A preview of it
// is always of the answers as they stand when it is asked for.
type Draft struct {
	Programme events.Programme `json:"programme"`
	Name      string           `json:"name"`
	Source    string           `json:"source,omitempty" doc:"The framework file; not in a list."`
	Base      int              `json:"base" doc:"The framework revision in force when it was kept."`
	Position  events.Position  `json:"position" doc:"How far the scores had read by then."`
	Actor     events.Actor     `json:"actor" doc:"Who keeps it."`
	KeptAt    time.Time        `json:"kept_at"`
}

// Drafts are the drafts of a programme, by name.
type Drafts struct {
	Drafts []Draft `json:"drafts"`
}

// DraftInput names a draft by its address.
type DraftInput struct {
	ProgrammeInput
	Draft string `path:"draft" minLength:"1" maxLength:"100" pattern:"^[A-Za-z0-9][A-Za-z0-9._ -]*$" doc:"The draft's name: letters, digits, dots, hyphens, underscores and blanks."`
}

type draftOutput struct {
	Body Draft
}

type draftsOutput struct {
	Body Drafts
}

type keepInput struct {
	DraftInput
	Body struct {
		Source string `json:"source" minLength:"1" doc:"The framework file (YAML)."`
	}
}

func draftOf(p events.Programme, d rows.Draft) Draft {
	return Draft{
		Programme: p, Name: d.Name, Source: d.Source, Base: d.Base, Position: d.Position, Actor: d.Actor,
		KeptAt: d.KeptAt.UTC(),
	}
}

func (q *Query) listDrafts(ctx context.Context, in *ProgrammeInput) (*draftsOutput, error) {
	if _, err := q.guard.Allow(ctx, policy.PreviewFramework, in.id(), ""); err != nil {
		return nil, err
	}
	all, err := q.scores.Drafts(ctx, in.id())
	if err != nil {
		return nil, failed(err)
	}
	out := Drafts{Drafts: make([]Draft, len(all))}
	for n, d := range all {
		out.Drafts[n] = draftOf(in.id(), d)
	}
	return &draftsOutput{Body: out}, nil
}

func (q *Query) getDraft(ctx context.Context, in *DraftInput) (*draftOutput, error) {
	if _, err := q.guard.Allow(ctx, policy.PreviewFramework, in.id(), ""); err != nil {
		return nil, err
	}
	d, err := q.draft(ctx, in.id(), in.Draft)
	if err != nil {
		return nil, err
	}
	return &draftOutput{Body: draftOf(in.id(), d)}, nil
}

// draft reads a draft; the error is a problem.
func (q *Query) draft(ctx context.Context, p events.Programme, name string) (rows.Draft, error) {
	d, ok, err := q.scores.Draft(ctx, p, name)
	if err != nil {
		return d, failed(err)
	}
	if !ok {
		return d, api.Errorf(api.NotFound, "the programme has no draft by this name")
	}
	return d, nil
}

func (q *Query) keepDraft(ctx context.Context, in *keepInput) (*draftOutput, error) {
	who, err := q.guard.Allow(ctx, policy.PreviewFramework, in.id(), "")
	if err != nil {
		return nil, err
	}
	current, err := q.current(ctx, in.id())
	if err != nil {
		return nil, failed(err)
	}
	if _, err := framework.Parse("framework", []byte(in.Body.Source)); err != nil {
		return nil, badFramework(err)
	}
	at, err := q.scores.Position(ctx, in.id())
	if err != nil {
		return nil, noScores(err)
	}
	d, err := q.scores.KeepDraft(ctx, in.id(), rows.Draft{
		Name: in.Draft, Source: in.Body.Source, Base: current.Revision, Position: at, Actor: who.Subject,
	})
	switch {
	case errors.Is(err, rows.ErrDraftTaken):
		return nil, api.Errorf(api.Conflict, "somebody else keeps a draft by this name; choose another")
	case errors.Is(err, rows.ErrTooManyDrafts):
		return nil, api.Errorf(api.Conflict, "the programme has %d drafts; drop one first", rows.MaxDrafts)
	case err != nil:
		return nil, failed(err)
	}
	d.Source = ""
	return &draftOutput{Body: draftOf(in.id(), d)}, nil
}

// dropDraft lets whoever may make a draft drop it; those who may publish may drop
// anybody's.
func (q *Query) dropDraft(ctx context.Context, in *DraftInput) (*draftOutput, error) {
	who, err := q.guard.Allow(ctx, policy.PreviewFramework, in.id(), "")
	if err != nil {
		return nil, err
	}
	d, err := q.draft(ctx, in.id(), in.Draft)
	if err != nil {
		return nil, err
	}
	if d.Actor != who.Subject {
		if _, err := q.guard.Allow(ctx, policy.PublishFramework, in.id(), ""); err != nil {
			return nil, err
		}
	}
	if _, err := q.scores.DropDraft(ctx, in.id(), in.Draft); err != nil {
		return nil, failed(err)
	}
	d.Source = ""
	return &draftOutput{Body: draftOf(in.id(), d)}, nil
}

// Position is how far a programme's ledger and its scores are.
type Position struct {
	Programme events.Programme `json:"programme"`
	Position  events.Position  `json:"position" doc:"Of the last event."`
	Scores    events.Position  `json:"scores" doc:"How far the scores have read; 0 before they began."`
}

type positionOutput struct {
	Body Position
}

func (q *Query) position(ctx context.Context, in *ProgrammeInput) (*positionOutput, error) {
	if _, err := q.guard.Allow(ctx, policy.ReadFramework, in.id(), ""); err != nil {
		return nil, err
	}
	head, err := q.ledger.Head(ctx, in.id())
	if err != nil {
		return nil, failed(err)
	}
	if head.Position == 0 {
		return nil, api.Errorf(api.NotFound, "no programme has this id")
	}
	at, err := q.scores.Position(ctx, in.id())
	if err != nil && !errors.Is(err, rows.ErrNotFound) {
		return nil, failed(err)
	}
	return &positionOutput{Body: Position{Programme: in.id(), Position: head.Position, Scores: at}}, nil
}
