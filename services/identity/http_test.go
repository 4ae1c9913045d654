package identity

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aboveline/aboveline/events"
)

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	issuer := openIssuer(t)
	clock := time.Now()
	issuer.now = func() time.Time { return clock.Add(-2 * time.Hour) }
	want := Identity{Subject: "ann", Role: events.RoleInspector, Inspection: "east"}
	old, err := issuer.Mint(want, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	issuer.now = time.Now
	token, err := issuer.Mint(want, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	const (
		realm   = `Bearer realm="aboveline"`
		invalid = realm + `, error="invalid_token"`
	)
	for name, c := range map[string]struct {
		authorization []string
		query, cookie string
		code          string // "" lets the request in
		challenge     string // start of WWW-Authenticate
	}{
		"token":                   {authorization: []string{"Bearer " + token}},
		"scheme in small letters": {authorization: []string{"bearer " + token}},
		"nothing":                 {code: "token_missing", challenge: realm},
		"empty":                   {authorization: []string{""}, code: "token_missing", challenge: realm},
		"scheme only":             {authorization: []string{"Bearer "}, code: "token_missing", challenge: realm},
		"another scheme":          {authorization: []string{"Basic YTph"}, code: "token_missing", challenge: realm},
		"in the query string":     {query: "access_token=" + url.QueryEscape(token), code: "token_missing", challenge: realm},
		"in a cookie":             {cookie: token, code: "token_missing", challenge: realm},
		"good and bad header": {
			authorization: []string{"Bearer " + token, "Bearer x"}, code: "token_invalid",
			challenge: invalid,
		},
		"two in a header": {
			authorization: []string{"Bearer " + token + ", Bearer " + token}, code: "token_invalid",
			challenge: invalid,
		},
		"forged":  {authorization: []string{"Bearer " + token + "x"}, code: "token_invalid", challenge: invalid},
		"expired": {authorization: []string{"Bearer " + old}, code: "token_expired", challenge: invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []Identity
			door := Authenticate(verifierOf(t, issuer))(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				id, ok := FromContext(r.Context())
				if !ok {
					t.Error("a request without identity got in")
				}
				got = append(got, id)
			}))
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/inspections?"+c.query, nil)
			for _, a := range c.authorization {
				r.Header.Add("Authorization", a)
			}
			if c.cookie != "" {
				r.AddCookie(&http.Cookie{Name: "token", Value: c.cookie})
			}
			w := httptest.NewRecorder()
			door.ServeHTTP(w, r)
			if c.code == "" {
				if len(got) != 1 || w.Code != http.StatusOK {
					t.Fatalf("status %d: %s", w.Code, w.Body)
				}
				got[0].Expires = time.Time{}
				if diff := cmp.Diff(want, got[0]); diff != "" {
					t.Error(diff)
				}
				return
			}
			if len(got) != 0 {
				t.Error("the request got in")
			}
			assertProblem(t, w, c.code)
			h := w.Header().Get("WWW-Authenticate")
			if !strings.HasPrefix(h, c.challenge) || (c.challenge == realm && h != realm) {
				t.Errorf("WWW-Authenticate: %s, want %s", h, c.challenge)
			}
			if strings.Contains(w.Body.String(), token) {
				t.Error("the answer repeats the token")
			}
		})
	}
}

func assertProblem(t *testing.T, w *httptest.ResponseRecorder, code string) {
	t.Helper()
	if w.Code != http.StatusUnauthorized || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("status %d, %s", w.Code, w.Header().Get("Content-Type"))
	}
	var p map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	detail, _ := p["detail"].(string)
	want := map[string]any{
		"type": "about:blank", "title": "Unauthorized", "status": float64(401), "detail": detail, "code": code,
	}
	if diff := cmp.Diff(want, p); diff != "" || detail == "" {
		t.Errorf("problem %v: %s", p, diff)
	}
}

func TestNoIdentityByDefault(t *testing.T) {
	t.Parallel()
	if id, ok := FromContext(t.Context()); ok || id != (Identity{}) {
		t.Errorf("%+v, %v from a bare context", id, ok)
	}
}

func TestEveryReasonHasWords(t *testing.T) {
	t.Parallel()
	for _, r := range []Reason{
		ReasonMissing, ReasonAmbiguous, ReasonTooLarge, ReasonMalformed, ReasonAlgorithm, ReasonSignature,
		ReasonIssuer, ReasonAudience, ReasonExpired, ReasonNotYetValid, ReasonClaim,
	} {
		if details[r] == "" || strings.ContainsAny(details[r], `"\`) {
			t.Errorf("%s: detail %q must be text that fits a quoted header", r, details[r])
		}
	}
	if len(details) != 11 {
		t.Errorf("%d reasons, this test knows 11", len(details))
	}
}
