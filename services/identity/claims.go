package identity

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/aboveline/aboveline/events"
)

// identity checks the claims that the library does not look at. Names are taken
// exactly as RFC 7519 spells them, and a claim that is there but null or empty is
// refused: an empty "inspection" must not widen a token.
func (v *Verifier) identity(t *oidc.IDToken) (Identity, error) {
	var all map[string]json.RawMessage
	if err := t.Claims(&all); err != nil {
		return Identity{}, &Error{Reason: ReasonMalformed}
	}
	if all["exp"] == nil || t.Expiry.Unix() <= 0 {
		return Identity{}, &Error{Reason: ReasonClaim, Claim: "exp"}
	}
	latest := v.config.Now().Add(v.config.Skew)
	issued, err := date(all["iat"])
	if err != nil {
		return Identity{}, &Error{Reason: ReasonClaim, Claim: "iat"}
	}
	if issued.After(latest) {
		return Identity{}, &Error{Reason: ReasonNotYetValid}
	}
	if raw, ok := all["nbf"]; ok {
		from, err := date(raw)
		if err != nil {
			return Identity{}, &Error{Reason: ReasonClaim, Claim: "nbf"}
		}
		if from.After(latest) {
			return Identity{}, &Error{Reason: ReasonNotYetValid}
		}
	}
	subject, err := text(all, "sub")
	if err != nil {
		return Identity{}, err
	}
	role, err := text(all, "role")
	if err != nil {
		return Identity{}, err
	}
	id := Identity{Subject: events.Actor(subject), Role: events.Role(role), Expires: t.Expiry.UTC()}
	if !slices.Contains(Roles(), id.Role) {
		return Identity{}, &Error{Reason: ReasonClaim, Claim: "role"}
	}
	if _, ok := all["inspection"]; ok {
		inspection, err := text(all, "inspection")
		if err != nil {
			return Identity{}, err
		}
		id.Inspection = events.InspectionID(inspection)
	}
	return id, nil
}

// text is the claim of that name: a string that may be an id.
func text(all map[string]json.RawMessage, name string) (string, error) {
	var s *string
	if err := json.Unmarshal(all[name], &s); err != nil || s == nil || checkID(name, *s) != nil {
		return "", &Error{Reason: ReasonClaim, Claim: name}
	}
	return *s, nil
}

// date reads a NumericDate: seconds since 1970, a fraction is cut off.
func date(raw json.RawMessage) (time.Time, error) {
	var d *jwt.NumericDate
	if err := json.Unmarshal(raw, &d); err != nil {
		return time.Time{}, err
	}
	if d == nil || *d <= 0 {
		return time.Time{}, errors.New("no date")
	}
	return d.Time(), nil
}

// refusal finds out why the library refused a token. It gives no typed error but
// for expiry, so the claims are looked at unverified: they only choose among the
// words for a refusal that has already been decided.
func (v *Verifier) refusal(err error, jws *jose.JSONWebSignature) *Error {
	var said jwt.Claims
	if err := json.Unmarshal(jws.UnsafePayloadWithoutVerification(), &said); err != nil {
		return &Error{Reason: ReasonMalformed}
	}
	_, late := errors.AsType[*oidc.TokenExpiredError](err)
	switch {
	case said.Issuer != v.config.Issuer:
		return &Error{Reason: ReasonIssuer}
	case !said.Audience.Contains(v.config.Audience):
		return &Error{Reason: ReasonAudience}
	case said.Expiry == nil: // to the library, the year 1
		return &Error{Reason: ReasonClaim, Claim: "exp"}
	case late:
		return &Error{Reason: ReasonExpired}
	case said.IssuedAt == nil:
		return &Error{Reason: ReasonClaim, Claim: "iat"}
	case said.NotBefore != nil && said.NotBefore.Time().After(v.config.Now()):
		return &Error{Reason: ReasonNotYetValid}
	default:
		return &Error{Reason: ReasonSignature}
	}
}
