// Package tokens mints bearer tokens of the local issuer for the administrator.
// Where people sign in with an organisation's own identity provider, there is no
// local issuer and this endpoint is not there.
package tokens

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/access"
	"github.com/aboveline/aboveline/services/api"
	"github.com/aboveline/aboveline/services/identity"
	"github.com/aboveline/aboveline/services/policy"
)

// DefaultTTL is how long a token lives if the request does not say.
const DefaultTTL = 12 * time.Hour

// Tokens is the endpoint.
type Tokens struct {
	issuer *identity.Issuer
	guard  *access.Guard
}

// New makes the endpoint.
func New(i *identity.Issuer, g *access.Guard) *Tokens { return &Tokens{i, g} }

// Routes adds it to the API.
func (t *Tokens) Routes(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "mint-token", Method: http.MethodPost, Path: "/v1/tokens", Summary: "Mint a token",
		Tags: []string{"identity"}, DefaultStatus: http.StatusCreated, Errors: []int{400, 401, 403, 422, 503},
	}, t.mint)
}

type mintInput struct {
	Body struct {
		Subject    string `json:"subject" minLength:"1" maxLength:"200" doc:"Who the token stands for."`
		Role       string `json:"role" enum:"lead,inspector,local-assessor,analyst,framework-editor,auditor,support"`
		Inspection string `json:"inspection,omitempty" maxLength:"200" doc:"Narrows the token to one inspection."`
		Seconds    int    `json:"seconds,omitempty" minimum:"1" maximum:"31622400" doc:"Its life; twelve hours if left out."`
	}
}

// Minted is a token and when it ends.
type Minted struct {
	Token   string    `json:"token"`
	Expires time.Time `json:"expires"`
}

type mintOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         Minted
}

func (t *Tokens) mint(ctx context.Context, in *mintInput) (*mintOutput, error) {
	if _, err := t.guard.Allow(ctx, policy.MintToken, "", ""); err != nil {
		return nil, err
	}
	ttl := DefaultTTL
	if in.Body.Seconds > 0 {
		ttl = time.Duration(in.Body.Seconds) * time.Second
	}
	token, err := t.issuer.Mint(identity.Identity{
		Subject: events.Actor(in.Body.Subject), Role: events.Role(in.Body.Role),
		Inspection: events.InspectionID(in.Body.Inspection),
	}, ttl)
	if err != nil {
		return nil, api.Errorf(api.Invalid, "no token can be made of this: check subject and role")
	}
	return &mintOutput{
		CacheControl: "no-store", Body: Minted{Token: token, Expires: time.Now().Add(ttl).UTC().Truncate(time.Second)},
	}, nil
}
