package query

import (
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/projections/scores/rows"
	"github.com/aboveline/aboveline/services/access"
	"github.com/aboveline/aboveline/services/api"
)

// Query serves reads. It is safe for concurrent use and has nothing to close.
type Query struct {
	ledger *ledger.Ledger
	scores *rows.Reader
	guard  *access.Guard

	benches benches // of previews
}

// New makes the service on a ledger and a reader with the reader's rights.
func New(l *ledger.Ledger, scores *rows.Reader, guard *access.Guard) *Query {
	return &Query{ledger: l, scores: scores, guard: guard}
}

// Routes adds the reads to the API.
func (q *Query) Routes(a huma.API) {
	get := func(id, path, summary string, tags ...string) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Tags: tags,
			Errors: []int{400, 401, 403, 404, 422, 503},
		}
	}
	huma.Register(a, get("get-scores", "/v1/inspections/{inspection}/scores",
		"Figures of an inspection", "figures"), q.getScores)
	huma.Register(a, get("explain", "/v1/inspections/{inspection}/explanation",
		"Every change of a figure", "figures"), q.explain)
	huma.Register(a, get("diff-scores", "/v1/inspections/{inspection}/scores/difference",
		"Figures of an inspection at two moments", "figures"), q.difference)
	huma.Register(a, get("get-framework", "/v1/programmes/{programme}/framework",
		"The current framework", "framework"), q.framework)
	huma.Register(a, get("export-events", "/v1/programmes/{programme}/events",
		"Events as NDJSON", "ledger"), q.export)
	diff := get("diff-framework", "/v1/programmes/{programme}/framework/diff",
		"Compare a framework with the current one", "framework")
	diff.Method, diff.MaxBodyBytes, diff.BodyReadTimeout = http.MethodPost, api.BodyLimit, time.Minute
	huma.Register(a, diff, q.diff)
	q.previewRoutes(a, get)
}

// failed turns what went wrong below into a problem.
func failed(err error) error {
	if p, ok := api.IsProblem(err); ok {
		return p
	}
	if errors.Is(err, rows.ErrNotFound) {
		return api.Errorf(api.NotFound, "the scores do not hold this inspection yet; try again in a moment")
	}
	if ledger.IsUnavailable(err) {
		return api.Errorf(api.Unavailable, "the database is away; try again")
	}
	return api.Errorf(api.Internal, "something went wrong on our side; it was logged")
}

// InspectionInput names an inspection by its address. Huma passes over embedded
// types that are not exported.
type InspectionInput struct {
	Inspection string `path:"inspection" maxLength:"200" doc:"The inspection's id."`
}

func (i InspectionInput) id() events.InspectionID { return events.InspectionID(i.Inspection) }

// ProgrammeInput names a programme by its address.
type ProgrammeInput struct {
	Programme string `path:"programme" maxLength:"200" doc:"The programme's id."`
}

func (p ProgrammeInput) id() events.Programme { return events.Programme(p.Programme) }
