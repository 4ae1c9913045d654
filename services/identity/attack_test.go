package identity

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// attacker has everything that is not secret, and for attacks from inside the
// key as well.
type attacker struct {
	issuer *Issuer
	now    time.Time
}

// good are claims that the verifier accepts.
func (a attacker) good() map[string]any {
	return map[string]any{
		"iss": a.issuer.Name(), "aud": Audience, "sub": "ann", "role": "inspector", "jti": "1",
		"iat": a.now.Unix(), "exp": a.now.Add(time.Hour).Unix(),
	}
}

// with changes claims of good; nil takes one away.
func (a attacker) with(changes map[string]any) map[string]any {
	c := a.good()
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

func (a attacker) sign(t testing.TB, alg jose.SignatureAlgorithm, key any, claims any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, nil)
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (a attacker) unsigned(t testing.TB, alg string, claims any) string {
	t.Helper()
	body, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	enc := base64.RawURLEncoding.EncodeToString
	return enc([]byte(`{"alg":"`+alg+`","typ":"JWT"}`)) + "." + enc(body) + "."
}

// library is the verifier of go-oidc alone, with one check left out: a door left
// open.
func (a attacker) library(change func(*oidc.Config)) func(string) error {
	config := &oidc.Config{
		ClientID: Audience, SupportedSigningAlgs: []string{oidc.ES256}, Now: func() time.Time { return a.now },
	}
	change(config)
	keys := &oidc.StaticKeySet{PublicKeys: []crypto.PublicKey{a.issuer.key.Public()}}
	v := oidc.NewVerifier(a.issuer.Name(), keys, config)
	return func(token string) error {
		_, err := v.Verify(context.Background(), token)
		return err
	}
}

// byHeader believes the token's own "alg" and uses the public key as it lies in
// the file for whatever that says: the mistake that HS256 tokens live on.
func byHeader(public []byte) func(string) error {
	return func(token string) error {
		jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.HS256, jose.ES256})
		if err != nil {
			return err
		}
		_, err = jws.Verify(public)
		return err
	}
}

func TestAttacks(t *testing.T) {
	t.Parallel()
	a := attacker{issuer: openIssuer(t), now: time.Now()}
	a.issuer.now = func() time.Time { return a.now }
	verifier, err := a.issuer.Verifier()
	if err != nil {
		t.Fatal(err)
	}
	es256, own := jose.ES256, a.issuer.key
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(own.Public())
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	embedding, err := jose.NewSigner(jose.SigningKey{Algorithm: es256, Key: other}, &jose.SignerOptions{EmbedJWK: true})
	if err != nil {
		t.Fatal(err)
	}
	embedded, err := jwt.Signed(embedding).Claims(a.good()).Serialize()
	if err != nil {
		t.Fatal(err)
	}

	jws, err := a.issuer.signer.Sign([]byte(`["ann"]`))
	if err != nil {
		t.Fatal(err)
	}
	list, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}

	plain := a.library(func(*oidc.Config) {})
	noSignature := a.library(func(c *oidc.Config) { c.InsecureSkipSignatureCheck = true })
	noIssuer := a.library(func(c *oidc.Config) { c.SkipIssuerCheck = true })
	noAudience := a.library(func(c *oidc.Config) { c.SkipClientIDCheck = true })
	noExpiry := a.library(func(c *oidc.Config) { c.SkipExpiryCheck = true })

	claim := func(name string) Error { return Error{Reason: ReasonClaim, Claim: name} }
	null := json.RawMessage("null")
	signed := func(changes map[string]any) string { return a.sign(t, es256, own, a.with(changes)) }
	genuine := signed(nil)
	if err := plain(genuine); err != nil {
		t.Fatal(err)
	}
	if id, err := verifier.Verify(t.Context(), genuine); err != nil || id.Subject != "ann" {
		t.Fatalf("a good token: %+v, %v", id, err)
	}
	parts := strings.Split(genuine, ".")
	swapped := parts[0] + "." + strings.Split(signed(map[string]any{"role": "administrator"}), ".")[1] + "." + parts[2]

	for _, c := range []struct {
		name  string
		token string
		open  func(string) error // lets the attack in
		want  Error
	}{
		{"algorithm none", a.unsigned(t, "none", a.good()), noSignature, Error{Reason: ReasonAlgorithm}},
		{"algorithm None", a.unsigned(t, "None", a.good()), nil, Error{Reason: ReasonAlgorithm}},
		{"ES256 without signature", a.unsigned(t, "ES256", a.good()), noSignature, Error{Reason: ReasonSignature}},
		{
			"HS256 with the public key as secret",
			a.sign(t, jose.HS256, public, a.good()), byHeader(public),
			Error{Reason: ReasonAlgorithm},
		},
		{"another key", a.sign(t, es256, other, a.good()), noSignature, Error{Reason: ReasonSignature}},
		{"another key, sent along", embedded, noSignature, Error{Reason: ReasonSignature}},
		{"claims swapped under a signature", swapped, noSignature, Error{Reason: ReasonSignature}},
		{"another issuer", signed(map[string]any{"iss": "https://evil.example"}), noIssuer, Error{Reason: ReasonIssuer}},
		{
			"another issuer and key", a.sign(t, es256, other, a.with(map[string]any{"iss": "x"})),
			nil,
			Error{Reason: ReasonIssuer},
		},
		{"no issuer", signed(map[string]any{"iss": nil}), noIssuer, Error{Reason: ReasonIssuer}},
		{"another audience", signed(map[string]any{"aud": "payroll"}), noAudience, Error{Reason: ReasonAudience}},
		{"no audience", signed(map[string]any{"aud": nil}), noAudience, Error{Reason: ReasonAudience}},
		{
			"expired", signed(map[string]any{"exp": a.now.Add(-DefaultSkew - 2*time.Second).Unix()}),
			noExpiry,
			Error{Reason: ReasonExpired},
		},
		{"never expires", signed(map[string]any{"exp": nil}), noExpiry, claim("exp")},
		{"expiry null", signed(map[string]any{"exp": null}), nil, claim("exp")},
		{
			"not valid for a minute", signed(map[string]any{"nbf": a.now.Add(time.Minute).Unix()}),
			plain,
			Error{Reason: ReasonNotYetValid},
		},
		{
			"not valid for an hour", signed(map[string]any{"nbf": a.now.Add(time.Hour).Unix()}),
			noExpiry,
			Error{Reason: ReasonNotYetValid},
		},
		{
			"issued in a minute", signed(map[string]any{"iat": a.now.Add(time.Minute).Unix()}),
			plain,
			Error{Reason: ReasonNotYetValid},
		},
		{"date of issue null", signed(map[string]any{"iat": null}), nil, claim("iat")},
		{"no date of issue", signed(map[string]any{"iat": nil}), plain, claim("iat")},
		{"no subject", signed(map[string]any{"sub": nil}), plain, claim("sub")},
		{"empty subject", signed(map[string]any{"sub": ""}), plain, claim("sub")},
		{"subject in capitals", signed(map[string]any{"sub": nil, "SUB": "ann"}), plain, claim("sub")},
		{"control character in subject", signed(map[string]any{"sub": "ann\nadmin"}), plain, claim("sub")},
		{"long subject", signed(map[string]any{"sub": strings.Repeat("a", 201)}), plain, claim("sub")},
		{"no role", signed(map[string]any{"role": nil}), plain, claim("role")},
		{"unknown role", signed(map[string]any{"role": "king"}), plain, claim("role")},
		{"list of roles", signed(map[string]any{"role": []string{"lead"}}), plain, claim("role")},
		{"empty inspection", signed(map[string]any{"inspection": ""}), plain, claim("inspection")},
		{
			"inspection null", signed(map[string]any{"inspection": null}),
			plain,
			claim("inspection"),
		},
		{"inspection a number", signed(map[string]any{"inspection": 7}), plain, claim("inspection")},
		{"giant token", signed(map[string]any{"x": strings.Repeat("a", 1<<20)}), plain, Error{Reason: ReasonTooLarge}},
		{"white space inside", parts[0] + ".\n" + parts[1] + ". " + parts[2], plain, Error{Reason: ReasonMalformed}},
		{
			"JSON form", `{"protected":"` + parts[0] + `","payload":"` + parts[1] + `","signature":"` + parts[2] + `"}`,
			plain,
			Error{Reason: ReasonMalformed},
		},
		{"subject a number", signed(map[string]any{"sub": 7}), nil, Error{Reason: ReasonMalformed}},
		{"claims a list", list, nil, Error{Reason: ReasonMalformed}},
		{"two parts", parts[0] + "." + parts[1], nil, Error{Reason: ReasonMalformed}},
		{"four parts", genuine + ".", nil, Error{Reason: ReasonMalformed}},
		{"no token", "", nil, Error{Reason: ReasonMissing}},
		{"dots", "..", nil, Error{Reason: ReasonAlgorithm}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.open != nil {
				if err := c.open(c.token); err != nil {
					t.Errorf("the open door refuses it too, so the test shows nothing: %v", err)
				}
			}
			id, err := verifier.Verify(t.Context(), c.token)
			got, ok := errors.AsType[*Error](err)
			if !ok || *got != c.want || id != (Identity{}) {
				t.Fatalf("%+v, %v; want %+v", id, err, c.want)
			}
			if !IsUnauthenticated(err) || IsExpired(err) != (c.want.Reason == ReasonExpired) {
				t.Errorf("wrongly classified: unauthenticated %v, expired %v", IsUnauthenticated(err), IsExpired(err))
			}
			for _, leak := range []string{"ann", "evil", "payroll", "king", parts[0], parts[1], parts[2]} {
				if strings.Contains(err.Error(), leak) {
					t.Errorf("the error repeats %q of the token: %v", leak, err)
				}
			}
		})
	}
}
