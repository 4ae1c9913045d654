package identity

import (
	"net/http"
	"strings"

	"github.com/aboveline/aboveline/services/api"
)

// Authenticate lets only requests through that carry a good bearer token, with
// the [Identity] in their context (see [FromContext]). Every other request gets a
// problem (RFC 9457, application/problem+json) with status 401, a stable "code"
// (see [Error.Code]) and WWW-Authenticate (RFC 6750), or 503 and the code
// "identity_unavailable" when the request ended before its token could be
// verified. Tokens in the query string, in cookies or in a body are not looked
// at.
func Authenticate(v *Verifier) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			token, err := Bearer(r.Header.Values("Authorization"))
			var id Identity
			if err == nil {
				id, err = v.Verify(r.Context(), token)
			}
			if err != nil {
				refuse(w, err)
				return
			}
			next.ServeHTTP(w, r.WithContext(NewContext(r.Context(), id)))
		})
	}
}

// Bearer is the token in the values of an Authorization header, of HTTP or of a
// NATS message: exactly one value, "Bearer" in any case, one space, a token. The
// error is an [*Error].
func Bearer(values []string) (string, error) {
	if len(values) > 1 {
		return "", &Error{Reason: ReasonAmbiguous}
	}
	if len(values) == 0 {
		return "", &Error{Reason: ReasonMissing}
	}
	scheme, token, ok := strings.Cut(values[0], " ")
	if !ok || token == "" || !strings.EqualFold(scheme, "Bearer") {
		return "", &Error{Reason: ReasonMissing}
	}
	return token, nil
}

func refuse(w http.ResponseWriter, err error) {
	p := api.Errorf(api.Unavailable, "the token could not be verified in time; try again")
	p.Code = "identity_unavailable"
	if e, ok := asError(err); ok {
		p = api.Errorf(api.Unauthenticated, "%s", e.Detail())
		p.Code = api.Code(e.Code())
		w.Header().Set("WWW-Authenticate", challenge(e))
	}
	w.Header().Set("Cache-Control", "no-store")
	p.Write(w)
}

// challenge is the value of WWW-Authenticate. RFC 6750 wants no error code where
// the request had no token at all.
func challenge(e *Error) string {
	const scheme = `Bearer realm="aboveline"`
	if e.Reason == ReasonMissing {
		return scheme
	}
	return scheme + `, error="invalid_token", error_description="` + e.Detail() + `"`
}
