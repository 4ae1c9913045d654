package query

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/services/api"
	"github.com/aboveline/aboveline/services/policy"
)

// Preview is what a framework would change if it were published now: every figure
// of every inspection whose exact value would differ, and what is behind it.
type Preview struct {
	Programme    events.Programme  `json:"programme"`
	FromRevision int               `json:"from_revision" doc:"The framework revision in force."`
	Position     events.Position   `json:"position" doc:"How far the ledger had been read: the answers are those of there."`
	ContentHash  string            `json:"content_hash" doc:"Of the framework that was previewed."`
	Edits        []string          `json:"edits" doc:"What differs between the two frameworks, a line each."`
	Changes      []FigurePreview   `json:"changes"`
	Questions    []QuestionPreview `json:"questions" doc:"Questions whose tally would differ."`
	Cases        []CasePreview     `json:"cases" doc:"The cases behind the questions, up to the limit asked for."`
	CasesMoved   int               `json:"cases_moved" doc:"How many there are in all."`
	Parked       int               `json:"parked" doc:"Streams that the scores hold back; see the parked events."`
}

// FigurePreview is one figure that would move.
type FigurePreview struct {
	Inspection events.InspectionID `json:"inspection"`
	Figure     scores.FigureID     `json:"figure"`
	Name       string              `json:"name"`
	Scored     bool                `json:"scored" doc:"False for a question asked only for information."`
	Before     Value               `json:"before"`
	After      Value               `json:"after"`
	BandBefore string              `json:"band_before,omitempty" doc:"Rating band, where the framework in force has bands."`
	BandAfter  string              `json:"band_after,omitempty" doc:"Rating band, where the new framework has bands."`
	Score      string              `json:"score,omitempty" enum:"gained,lost" doc:"Where a score would appear or go."`
	Questions  []events.QuestionID `json:"questions" doc:"Those behind the difference."`
}

// QuestionPreview is one question whose tally would differ in an inspection.
type QuestionPreview struct {
	Inspection events.InspectionID `json:"inspection"`
	Question   events.QuestionID   `json:"question"`
	Before     TallyPreview        `json:"before"`
	After      TallyPreview        `json:"after"`
	Cases      int                 `json:"cases" doc:"How many cases are behind it."`
}

// TallyPreview counts the cases of one question.
type TallyPreview struct {
	Above      int `json:"above"`
	Relevant   int `json:"relevant"`
	Unanswered int `json:"unanswered"`
	Flagged    int `json:"flagged"`
}

// CasePreview is one case that would stand otherwise in a question.
type CasePreview struct {
	Inspection events.InspectionID `json:"inspection"`
	Case       events.CaseID       `json:"case"`
	Question   events.QuestionID   `json:"question"`
	Before     scores.Standing     `json:"before" enum:"above,below,not_counted,unanswered,flagged,not_asked"`
	After      scores.Standing     `json:"after" enum:"above,below,not_counted,unanswered,flagged,not_asked"`
}

// defaultCases is how many cases a preview lists if the caller does not say.
const defaultCases = 10_000

type previewInput struct {
	ProgrammeInput
	Body struct {
		Source string `json:"source,omitempty" doc:"The framework file (YAML)."`
		Draft  string `json:"draft,omitempty" maxLength:"100" doc:"The name of a draft that was kept, in place of a file."`
		Cases  *int   `json:"cases,omitempty" minimum:"0" maximum:"1000000" doc:"Cases to list at most; 10000 if left out."`
	}
}

type previewOutput struct {
	Body Preview
}

// preview computes what a framework would change. Nothing is stored.
func (q *Query) preview(ctx context.Context, in *previewInput) (*previewOutput, error) {
	if _, err := q.guard.Allow(ctx, policy.PreviewFramework, in.id(), ""); err != nil {
		return nil, err
	}
	source := in.Body.Source
	switch {
	case (source == "") == (in.Body.Draft == ""):
		return nil, api.Errorf(api.Invalid, "give either source or draft")
	case source == "":
		d, err := q.draft(ctx, in.id(), in.Body.Draft)
		if err != nil {
			return nil, err
		}
		source = d.Source
	}
	cases := defaultCases
	if in.Body.Cases != nil {
		cases = *in.Body.Cases
	}
	p, err := q.whatIf(ctx, in.id(), source, cases)
	if err != nil {
		return nil, err
	}
	return &previewOutput{Body: p}, nil
}

// whatIf previews on the programme's workbench. The error is a problem.
func (q *Query) whatIf(ctx context.Context, p events.Programme, source string, cases int) (Preview, error) {
	var out Preview
	err := q.benches.use(ctx, q, p, func(b *bench) error {
		from, revision := b.work.Fold().Framework()
		if from == nil {
			return api.Errorf(api.NotFound, "the programme has no framework to compare with")
		}
		to, err := b.parse(source)
		if err != nil {
			return badFramework(err)
		}
		moves, err := b.work.Preview(to, cases)
		if framework.IsProblems(err) {
			return badFramework(err)
		}
		if err != nil {
			return err
		}
		out = previewOf(moves)
		out.Programme, out.FromRevision, out.Position = p, revision, b.work.Position()
		out.ContentHash, out.Parked = to.Hash, b.work.Parked()
		out.Edits = framework.Compare(from, to).Lines()
		return nil
	})
	if err != nil {
		return out, noScores(err)
	}
	return out, nil
}

func previewOf(p scores.Preview) Preview {
	out := Preview{
		Changes:    make([]FigurePreview, len(p.Figures)),
		Questions:  make([]QuestionPreview, len(p.Questions)),
		Cases:      make([]CasePreview, len(p.Cases)),
		CasesMoved: p.CasesMoved,
	}
	for n, m := range p.Figures {
		f := FigurePreview{
			Inspection: m.Inspection, Figure: m.Figure, Name: m.Title, Scored: m.Scored,
			Before: Value{Ratio(m.Before), Percent(m.Before)}, After: Value{Ratio(m.After), Percent(m.After)},
			BandBefore: m.BandBefore, BandAfter: m.BandAfter, Questions: m.Questions,
		}
		switch {
		case m.Before == nil:
			f.Score = "gained"
		case m.After == nil:
			f.Score = "lost"
		}
		out.Changes[n] = f
	}
	for n, m := range p.Questions {
		out.Questions[n] = QuestionPreview{m.Inspection, m.Question, TallyPreview(m.Before), TallyPreview(m.After), m.Cases}
	}
	for n, m := range p.Cases {
		out.Cases[n] = CasePreview(m)
	}
	return out
}

// previewRoutes adds what-if and drafts to the API.
func (q *Query) previewRoutes(a huma.API, get func(id, path, summary string, tags ...string) huma.Operation) {
	const (
		drafts = "/v1/programmes/{programme}/framework/drafts"
		draft  = drafts + "/{draft}"
	)
	body := func(o huma.Operation, method string) huma.Operation {
		o.Method, o.MaxBodyBytes, o.BodyReadTimeout = method, api.BodyLimit, time.Minute
		return o
	}
	huma.Register(a, body(get("preview-framework", "/v1/programmes/{programme}/framework/preview",
		"What a framework would change, without publishing it", "framework"), "POST"), q.preview)
	huma.Register(a, get("list-drafts", drafts, "Frameworks kept for others to look at", "framework"), q.listDrafts)
	huma.Register(a, get("get-draft", draft, "A framework that was kept", "framework"), q.getDraft)
	keep := body(get("keep-draft", draft, "Keep a framework for others to look at", "framework"), "PUT")
	keep.Errors = append(keep.Errors, 409)
	huma.Register(a, keep, q.keepDraft)
	drop := get("drop-draft", draft, "Drop a framework that was kept", "framework")
	drop.Method = "DELETE"
	huma.Register(a, drop, q.dropDraft)
	huma.Register(a, get("get-position", "/v1/programmes/{programme}/position",
		"How far the ledger and the scores are", "framework"), q.position)
}
