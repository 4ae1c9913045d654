package identity

import (
	"testing"
	"time"

	"github.com/aboveline/aboveline/events"
)

// A token that was accepted, and so is remembered, still ends on time.
func TestRememberedTokenEnds(t *testing.T) {
	t.Parallel()
	issuer, err := OpenIssuer(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	token, err := issuer.Mint(Identity{Subject: "ines", Role: events.RoleInspector}, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	issuer.now = func() time.Time { return now }
	v, err := issuer.Verifier()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if id, err := v.Verify(t.Context(), token); err != nil || id.Subject != "ines" {
			t.Fatalf("%+v, %v", id, err)
		}
	}
	if _, err := v.Verify(t.Context(), token+"A"); err == nil {
		t.Error("a token that begins like an accepted one is accepted")
	}
	now = now.Add(10*time.Second + DefaultSkew + 2*time.Second)
	if _, err := v.Verify(t.Context(), token); !IsExpired(err) {
		t.Errorf("after its end: %v", err)
	}
}
