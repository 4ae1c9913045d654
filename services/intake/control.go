package intake

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/services/api"
)

// controlRoutes are the endpoints of control entries. They travel the same way
// as all others and are answered with their receipt; a refusal is a problem.
func (in *Intake) controlRoutes(a huma.API) {
	post := func(id, path, summary string) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: http.MethodPost, Path: path, Summary: summary, Tags: []string{"control"},
			MaxBodyBytes: api.BodyLimit, BodyReadTimeout: time.Minute,
			Errors: []int{400, 401, 403, 404, 409, 413, 422, 503},
		}
	}
	huma.Register(a, post("open-programme", "/v1/programmes", "Open a programme"), in.openProgramme)
	huma.Register(a, post("publish-framework", "/v1/programmes/{programme}/framework",
		"Publish a framework revision"), in.publishFramework)
	huma.Register(a, post("rollback-framework", "/v1/programmes/{programme}/framework/rollback",
		"Make the framework revision before the current one the current one again"), in.rollbackFramework)
	huma.Register(a, post("open-inspection", "/v1/programmes/{programme}/inspections",
		"Open an inspection"), in.openInspection)
	huma.Register(a, post("close-inspection", "/v1/inspections/{inspection}/closing",
		"Close an inspection"), in.closeInspection)
	huma.Register(a, post("add-team-member", "/v1/inspections/{inspection}/team",
		"Add a member to the team, or change their role"), in.addMember)
	huma.Register(a, huma.Operation{
		OperationID: "remove-team-member", Method: http.MethodDelete,
		Path: "/v1/inspections/{inspection}/team/{member}", Summary: "Remove a member from the team",
		Tags: []string{"control"}, Errors: []int{400, 401, 403, 404, 409, 422, 503},
	}, in.removeMember)
}

// receipt answers a control entry.
type receipt struct {
	Status int
	Body   entry.Receipt
}

// control submits one control entry and turns a refusal into a problem.
func (in *Intake) control(
	ctx context.Context, p events.Programme, i events.InspectionID, id uuid.UUID, reason string, body entry.Body,
) (*receipt, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	if id == uuid.Nil {
		if id, err = uuid.NewV7(); err != nil {
			return nil, err
		}
	}
	e := entry.Entry{
		ID: id, Kind: body.Kind(), Programme: p, Inspection: i,
		OccurredAt: time.Now().UTC().Truncate(time.Microsecond), Reason: reason, Body: body,
	}
	raw, err := e.Encode()
	if err != nil {
		return nil, invalid(err)
	}
	s := entry.Submission{ID: uuid.New(), Entries: []jsontext.Value{raw}}
	encoded, err := s.Encode()
	if err != nil {
		return nil, invalid(err)
	}
	r, err := in.submit(ctx, who, place{programme: p, inspection: i, control: true}, encoded)
	if err != nil {
		return nil, err
	}
	if r == nil || len(r.Receipts) != 1 {
		return nil, api.Errorf(api.Unavailable,
			"this is stored and will be recorded when the recorder is back; look at /v1/submissions/%s", s.ID)
	}
	return settle(r.Receipts[0])
}

// settle is the one place where the verdicts on control entries become statuses.
func settle(r entry.Receipt) (*receipt, error) {
	switch r.Status {
	case entry.StatusRecorded:
		return &receipt{Status: http.StatusCreated, Body: r}, nil
	case entry.StatusDuplicate:
		return &receipt{Status: http.StatusOK, Body: r}, nil
	case entry.StatusConflict:
		return nil, api.Errorf(api.Conflict, "%s", r.Message).At(r.Field, r.Code, r.Message)
	default:
		code := api.Invalid
		switch r.Code {
		case "forbidden":
			code = api.Forbidden
		case "unknown_programme", "unknown_inspection", "unknown_member":
			code = api.NotFound
		case "inspection_exists", "programme_exists":
			code = api.Conflict
		}
		return nil, api.Errorf(code, "%s", r.Message).At(r.Field, r.Code, r.Message)
	}
}

type programmeInput struct {
	Body struct {
		ID        uuid.UUID `json:"id,omitempty" doc:"Id of the entry; give one to be able to send again safely."`
		Programme string    `json:"programme" minLength:"1" maxLength:"200" doc:"The programme's id."`
		Name      string    `json:"name,omitempty" maxLength:"500" doc:"Its name; the id if left out."`
	}
}

func (in *Intake) openProgramme(ctx context.Context, input *programmeInput) (*receipt, error) {
	b := input.Body
	if b.Name == "" {
		b.Name = b.Programme
	}
	return in.control(ctx, events.Programme(b.Programme), "", b.ID, "", entry.Programme{Name: b.Name})
}

type frameworkInput struct {
	Programme string `path:"programme" maxLength:"200"`
	Body      struct {
		ID     uuid.UUID `json:"id,omitempty"`
		Base   int       `json:"base" minimum:"0" doc:"The revision this was made from; 0 for the first."`
		Source string    `json:"source" minLength:"1" doc:"The framework file (YAML)."`
		Reason string    `json:"reason,omitempty" maxLength:"4096" doc:"Why the criteria change."`
	}
}

func (in *Intake) publishFramework(ctx context.Context, input *frameworkInput) (*receipt, error) {
	b := input.Body
	return in.control(ctx, events.Programme(input.Programme), "", b.ID, b.Reason,
		entry.Framework{Base: b.Base, Source: b.Source})
}

type rollbackInput struct {
	Programme string `path:"programme" maxLength:"200"`
	Body      struct {
		ID     uuid.UUID `json:"id,omitempty"`
		Base   int       `json:"base" minimum:"1" doc:"The revision to roll back from; it must be the current one."`
		Reason string    `json:"reason,omitempty" maxLength:"4096" doc:"Why the criteria go back."`
	}
}

func (in *Intake) rollbackFramework(ctx context.Context, input *rollbackInput) (*receipt, error) {
	b := input.Body
	return in.control(ctx, events.Programme(input.Programme), "", b.ID, b.Reason, entry.FrameworkRollback{Base: b.Base})
}

type inspectionInput struct {
	Programme string `path:"programme" maxLength:"200"`
	Body      struct {
		ID         uuid.UUID `json:"id,omitempty"`
		Inspection string    `json:"inspection" minLength:"1" maxLength:"200" doc:"Its id, unique over all programmes."`
		Name       string    `json:"name,omitempty" maxLength:"500"`
	}
}

func (in *Intake) openInspection(ctx context.Context, input *inspectionInput) (*receipt, error) {
	b := input.Body
	if b.Name == "" {
		b.Name = b.Inspection
	}
	return in.control(ctx, events.Programme(input.Programme), events.InspectionID(b.Inspection), b.ID, "",
		entry.InspectionOpening{Name: b.Name})
}

type closingInput struct {
	Inspection string `path:"inspection" maxLength:"200"`
	Body       struct {
		ID     uuid.UUID `json:"id,omitempty"`
		Reason string    `json:"reason" minLength:"1" maxLength:"4096"`
	}
}

func (in *Intake) closeInspection(ctx context.Context, input *closingInput) (*receipt, error) {
	return in.inInspection(ctx, input.Inspection, input.Body.ID, input.Body.Reason, entry.InspectionClosing{})
}

type memberInput struct {
	Inspection string `path:"inspection" maxLength:"200"`
	Body       struct {
		ID     uuid.UUID `json:"id,omitempty"`
		Member string    `json:"member" minLength:"1" maxLength:"200" doc:"The subject of the member's token."`
		Role   string    `json:"role" enum:"lead,inspector,local-assessor,analyst,framework-editor,auditor,support"`
		Team   string    `json:"team,omitempty" maxLength:"200"`
	}
}

func (in *Intake) addMember(ctx context.Context, input *memberInput) (*receipt, error) {
	b := input.Body
	return in.inInspection(ctx, input.Inspection, b.ID, "", entry.TeamMember{
		Member: events.Actor(b.Member), Role: events.Role(b.Role), Team: events.TeamID(b.Team),
	})
}

type removalInput struct {
	Inspection string `path:"inspection" maxLength:"200"`
	Member     string `path:"member" maxLength:"200"`
}

func (in *Intake) removeMember(ctx context.Context, input *removalInput) (*receipt, error) {
	return in.inInspection(ctx, input.Inspection, uuid.Nil, "", entry.TeamMemberRemoval{Member: events.Actor(input.Member)})
}

// inInspection submits a control entry about an inspection that exists.
func (in *Intake) inInspection(
	ctx context.Context, inspection string, id uuid.UUID, reason string, body entry.Body,
) (*receipt, error) {
	i := events.InspectionID(inspection)
	p, err := in.directory.programmeOf(ctx, i)
	if err != nil {
		return nil, err
	}
	return in.control(ctx, p, i, id, reason, body)
}

// invalid turns an encoding error of an entry into a problem.
func invalid(err error) error {
	if f, ok := entry.AsFieldError(err); ok {
		return api.Errorf(api.Invalid, "%s %s", f.Field, f.Message).At(f.Field, f.Code, f.Message)
	}
	return api.Errorf(api.Invalid, "the entry is not well formed")
}
