package query

import (
	"context"
	"errors"
	"fmt"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/services/api"
	"github.com/aboveline/aboveline/services/policy"
)

// Framework is the current framework of a programme.
type Framework struct {
	Programme   events.Programme `json:"programme"`
	Revision    int              `json:"revision" doc:"0 where none was published yet."`
	ContentHash string           `json:"content_hash,omitempty"`
	Source      string           `json:"source,omitempty" doc:"The framework file, byte for byte."`
}

type frameworkOutput struct {
	Body Framework
}

func (q *Query) framework(ctx context.Context, in *ProgrammeInput) (*frameworkOutput, error) {
	if _, err := q.guard.Allow(ctx, policy.ReadFramework, in.id(), ""); err != nil {
		return nil, err
	}
	f, err := q.current(ctx, in.id())
	if err != nil {
		return nil, failed(err)
	}
	return &frameworkOutput{Body: f}, nil
}

// current reads the newest published framework from the ledger.
func (q *Query) current(ctx context.Context, p events.Programme) (Framework, error) {
	f := Framework{Programme: p}
	published := map[int]events.FrameworkPublished{}
	head, err := q.ledger.Head(ctx, p)
	if err != nil {
		return f, err
	}
	if head.Position == 0 {
		return f, api.Errorf(api.NotFound, "no programme has this id")
	}
	for r, err := range q.ledger.ReadStream(ctx, p, events.FrameworkStream()) {
		if err != nil {
			return f, err
		}
		e, err := codec.Decode(r.Kind(), r.Data)
		if err != nil {
			return f, err
		}
		switch e := e.(type) {
		case events.FrameworkPublished:
			published[e.Revision] = e
			f.Revision = e.Revision
		case events.FrameworkRestored:
			f.Revision = e.Revision
		}
	}
	f.ContentHash, f.Source = published[f.Revision].ContentHash, published[f.Revision].Source
	return f, nil
}

type diffInput struct {
	ProgrammeInput
	Body struct {
		Source string `json:"source" minLength:"1" doc:"The framework file (YAML) to compare."`
	}
}

// FrameworkDiff is what a framework would change.
type FrameworkDiff struct {
	FromRevision int            `json:"from_revision"`
	Diff         framework.Diff `json:"diff"`
	Lines        []string       `json:"lines" doc:"The same for people, a line each."`
}

type diffOutput struct {
	Body FrameworkDiff
}

func (q *Query) diff(ctx context.Context, in *diffInput) (*diffOutput, error) {
	if _, err := q.guard.Allow(ctx, policy.ReadFramework, in.id(), ""); err != nil {
		return nil, err
	}
	current, err := q.current(ctx, in.id())
	if err != nil {
		return nil, failed(err)
	}
	if current.Revision == 0 {
		return nil, api.Errorf(api.NotFound, "the programme has no framework to compare with")
	}
	from, err := framework.Parse("current", []byte(current.Source))
	if err != nil {
		return nil, failed(err)
	}
	to, err := framework.Parse("framework", []byte(in.Body.Source))
	if err != nil {
		return nil, badFramework(err)
	}
	d := framework.Compare(from, to)
	return &diffOutput{Body: FrameworkDiff{FromRevision: current.Revision, Diff: d, Lines: d.Lines()}}, nil
}

// badFramework lists every problem of a file, by line and column.
func badFramework(err error) error {
	var problems framework.Problems
	if !errors.As(err, &problems) {
		return api.Errorf(api.Invalid, "the framework cannot be read")
	}
	p := api.Errorf(api.Invalid, "the framework has %d problems", len(problems))
	for _, x := range problems {
		p = p.At(fmt.Sprintf("%d:%d", x.Line, x.Column), x.Field, x.Message)
	}
	return p
}
