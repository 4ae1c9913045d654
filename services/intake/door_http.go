package intake

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/services/api"
	"github.com/aboveline/aboveline/services/delivery"
	"github.com/aboveline/aboveline/services/identity"
)

// Routes opens the HTTP door on the API.
func (in *Intake) Routes(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "submit", Method: http.MethodPost, Path: "/v1/inspections/{inspection}/submissions",
		Summary: "Submit entries", Tags: []string{"entries"},
		Description: "Answers with a receipt for each entry, or with 202 and the address of the receipts " +
			"when recording takes longer than the door waits.",
		MaxBodyBytes: api.BodyLimit, BodyReadTimeout: time.Minute, SkipValidateBody: true,
		Errors: []int{400, 401, 403, 404, 413, 422, 503},
	}, in.submitHTTP)
	huma.Register(a, huma.Operation{
		OperationID: "get-submission", Method: http.MethodGet, Path: "/v1/submissions/{submission}",
		Summary: "What became of a submission", Tags: []string{"entries"},
		Errors: []int{401, 403, 404, 503},
	}, in.receiptsHTTP)
	in.controlRoutes(a)
}

// reply answers a submission: 200 with receipts, 202 with their address.
type reply struct {
	Status   int
	Location string `header:"Location" doc:"Where the receipts are or will be."`
	Body     entry.Reply
}

func answer(submission uuid.UUID, r *delivery.Receipts) *reply {
	url := "/v1/submissions/" + submission.String()
	if r == nil {
		return &reply{
			Status: http.StatusAccepted, Location: url,
			Body: entry.Reply{Submission: submission, ReceiptURL: url},
		}
	}
	return &reply{
		Status: http.StatusOK, Location: url,
		Body: entry.Reply{Submission: submission, Receipts: r.Receipts},
	}
}

type submitInput struct {
	Inspection string `path:"inspection" maxLength:"200" doc:"The inspection that all entries are about."`
	RawBody    []byte `contentType:"application/json"`
}

func (in *Intake) submitHTTP(ctx context.Context, input *submitInput) (*reply, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	return in.submitTo(ctx, who, events.InspectionID(input.Inspection), input.RawBody)
}

// submitTo is the path behind both doors.
func (in *Intake) submitTo(
	ctx context.Context, who identity.Identity, i events.InspectionID, raw []byte,
) (*reply, error) {
	s, err := parse(raw)
	if err != nil {
		return nil, err
	}
	p, err := in.directory.programmeOf(ctx, i)
	if err != nil {
		return nil, err
	}
	r, err := in.submit(ctx, who, place{programme: p, inspection: i}, raw)
	if err != nil {
		return nil, err
	}
	return answer(s.ID, r), nil
}

type receiptsInput struct {
	Submission uuid.UUID `path:"submission" doc:"The submission's id."`
}

func (in *Intake) receiptsHTTP(ctx context.Context, input *receiptsInput) (*reply, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	r, err := in.receipts(ctx, input.Submission)
	if err != nil {
		return nil, api.Errorf(api.Unavailable, "the receipts could not be read; try again")
	}
	if r == nil || (r.Actor != who.Subject && who.Role != events.RoleAdministrator) {
		// Whether somebody else's submission exists is nobody's business.
		return nil, api.Errorf(api.NotFound,
			"no receipts yet under this submission of yours; they are kept for seven days, and sending again is safe")
	}
	return answer(input.Submission, r), nil
}

// caller is who the request's token stands for.
func caller(ctx context.Context) (identity.Identity, error) {
	who, ok := identity.FromContext(ctx)
	if !ok {
		return who, api.Errorf(api.Unauthenticated, "send a bearer token")
	}
	return who, nil
}
