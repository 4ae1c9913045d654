package identity

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

const (
	// MaxToken is the longest token that is looked at, in bytes.
	MaxToken = 8192
	// DefaultSkew is how far the clock of an issuer may be off.
	DefaultSkew = 30 * time.Second
	// MaxSkew is the largest allowance for clocks.
	MaxSkew = 2 * time.Minute
)

// Config says which tokens are accepted.
type Config struct {
	// Issuer is the only accepted "iss". Required.
	Issuer string
	// Audience must be among "aud". Required.
	Audience string
	// Keys verify the signature. Required.
	Keys oidc.KeySet
	// Algorithms are the accepted ones, of the asymmetric algorithms of RFC 7518;
	// ES256 if empty. The "alg" of a token only has to be among them; it chooses
	// nothing.
	Algorithms []string
	// Skew is the allowance for clocks, at most [MaxSkew]; [DefaultSkew] if 0.
	Skew time.Duration
	// Now is the clock; time.Now if nil.
	Now func() time.Time
}

func (c Config) validate() error {
	asymmetric := []string{
		oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA,
		oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512,
	}
	switch {
	case c.Issuer == "":
		return errors.New("identity: verifier: issuer is not set")
	case c.Audience == "":
		return errors.New("identity: verifier: audience is not set")
	case c.Keys == nil:
		return errors.New("identity: verifier: keys are not set")
	case c.Skew < 0 || c.Skew > MaxSkew:
		return fmt.Errorf("identity: verifier: allowance for clocks is %v, want 0 to %v", c.Skew, MaxSkew)
	}
	for _, a := range c.Algorithms {
		if !slices.Contains(asymmetric, a) {
			return fmt.Errorf("identity: verifier: algorithm %q is not one of %q", a, asymmetric)
		}
	}
	return nil
}

// Verifier turns tokens into identities.
type Verifier struct {
	config     Config
	algorithms []jose.SignatureAlgorithm
	oidc       *oidc.IDTokenVerifier
	cache      *cache
}

// NewVerifier makes a verifier; it fails when c is incomplete or allows a
// symmetric algorithm or none. It asks no one over the network.
func NewVerifier(c Config) (*Verifier, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	if len(c.Algorithms) == 0 {
		c.Algorithms = []string{oidc.ES256}
	}
	c.Skew = cmp.Or(c.Skew, DefaultSkew)
	if c.Now == nil {
		c.Now = time.Now
	}
	v := &Verifier{config: c, cache: newCache()}
	for _, a := range c.Algorithms {
		v.algorithms = append(v.algorithms, jose.SignatureAlgorithm(a))
	}
	v.oidc = oidc.NewVerifier(c.Issuer, c.Keys, &oidc.Config{
		ClientID:             c.Audience,
		SupportedSigningAlgs: c.Algorithms,
		// The library has no allowance at expiry and a fixed one of five minutes at
		// "not before": it gets a clock that is late by the allowance, and "not
		// before" is checked again in claims.go.
		Now: func() time.Time { return c.Now().Add(-c.Skew) },
	})
	return v, nil
}

// Verify is the identity that token says. Every refusal is an [*Error]; the only
// other error is that of ctx, when it ended before keys were fetched. A token that
// was accepted is not verified again for a minute, unless it ends before.
func (v *Verifier) Verify(ctx context.Context, token string) (Identity, error) {
	if err := form(token); err != nil {
		return Identity{}, err
	}
	now := v.config.Now()
	if id, ok := v.cache.get(token, now, v.config.Skew); ok {
		return id, nil
	}
	jws, err := jose.ParseSignedCompact(token, v.algorithms)
	if err != nil {
		if _, ok := errors.AsType[*jose.ErrUnexpectedSignatureAlgorithm](err); ok {
			return Identity{}, &Error{Reason: ReasonAlgorithm}
		}
		return Identity{}, &Error{Reason: ReasonMalformed}
	}
	verified, err := v.oidc.Verify(ctx, token)
	if err != nil {
		if ctx.Err() != nil {
			return Identity{}, fmt.Errorf("identity: verify token: %w", ctx.Err())
		}
		return Identity{}, v.refusal(err, jws)
	}
	id, err := v.identity(verified)
	if err == nil {
		v.cache.put(token, id, now)
	}
	return id, err
}

// form checks what can be checked without decoding: RFC 7515 compact form, which
// the library does not insist on (it also takes JSON, and skips white space).
func form(token string) error {
	switch {
	case token == "":
		return &Error{Reason: ReasonMissing}
	case len(token) > MaxToken:
		return &Error{Reason: ReasonTooLarge}
	case strings.Count(token, ".") != 2:
		return &Error{Reason: ReasonMalformed}
	}
	for i := range len(token) {
		c := token[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.') {
			return &Error{Reason: ReasonMalformed}
		}
	}
	return nil
}
