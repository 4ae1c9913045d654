package identity

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/aboveline/aboveline/events"
)

func TestConfigMustBeComplete(t *testing.T) {
	t.Parallel()
	good := Config{Issuer: "https://id.example", Audience: "aboveline", Keys: &oidc.StaticKeySet{}}
	if _, err := NewVerifier(good); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*Config){
		"issuer is not set":         func(c *Config) { c.Issuer = "" },
		"audience is not set":       func(c *Config) { c.Audience = "" },
		"keys are not set":          func(c *Config) { c.Keys = nil },
		`algorithm "HS256"`:         func(c *Config) { c.Algorithms = []string{oidc.ES256, "HS256"} },
		`algorithm "none"`:          func(c *Config) { c.Algorithms = []string{"none"} },
		"allowance for clocks is -": func(c *Config) { c.Skew = -time.Second },
		"allowance for clocks is 1": func(c *Config) { c.Skew = time.Hour },
	} {
		c := good
		change(&c)
		if _, err := NewVerifier(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
}

// waiting is a key set that has to be fetched and never is.
type waiting struct{}

func (waiting) VerifySignature(ctx context.Context, _ string) ([]byte, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestKeysThatDoNotComeAreNoRefusal(t *testing.T) {
	t.Parallel()
	issuer := openIssuer(t)
	token, err := issuer.Mint(Identity{Subject: "ann", Role: events.RoleLead}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := NewVerifier(Config{Issuer: issuer.Name(), Audience: Audience, Keys: waiting{}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := verifier.Verify(ctx, token); IsUnauthenticated(err) || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want context.Canceled and no refusal of the token", err)
	}
}

// Whatever is sent: no panic, and nothing gets in that was not minted here.
func FuzzVerify(f *testing.F) {
	issuer := openIssuer(f)
	verifier := verifierOf(f, issuer)
	token, err := issuer.Mint(Identity{Subject: "ann", Role: events.RoleLead}, time.Hour)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		"", ".", "..", "a.b.c", token[:len(token)-1], "eyJhbGciOiJub25lIn0.e30.", `{"payload":""}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if id, err := verifier.Verify(t.Context(), s); err == nil {
			t.Errorf("%q gets in as %+v", s, id)
		} else if !IsUnauthenticated(err) {
			t.Errorf("%q: %v is no refusal", s, err)
		}
	})
}
