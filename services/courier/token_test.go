package courier_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/aboveline/aboveline/services/courier"
)

func TestTokenIsOneToOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z0-9._%*> -]{0,12}`), rapid.Just("_"),
			rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "s")
		token := courier.Token(s)
		if token == "" || strings.ContainsAny(token, ".*> \t\r\n") {
			t.Fatalf("Token(%q) = %q is not one subject token", s, token)
		}
		if back, err := courier.Untoken(token); err != nil || back != s {
			t.Fatalf("Untoken(Token(%q)) = %q, %v", s, back, err)
		}
		if back, err := courier.Untoken(s); err == nil && courier.Token(back) != s {
			t.Fatalf("Untoken accepts %q, which Token never writes", s)
		}
	})
}

func TestTokenExamples(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"": "_", "_": "%5F", "hampshire-2013": "hampshire-2013", "a.b": "a%2Eb", "Zoë": "Zo%C3%AB",
		"100%": "100%25", "$SYS": "%24SYS",
	} {
		if got := courier.Token(s); got != want {
			t.Errorf("Token(%q) = %q; want %q", s, got, want)
		}
	}
	if got := courier.SubmissionSubject("yots", "", "i.jones@example"); got != "submissions.yots._.i%2Ejones%40example" {
		t.Errorf("SubmissionSubject is %q", got)
	}
	for _, token := range []string{"", "%", "%4", "%2e", "%41", "a.b", "*", "%5f"} {
		if s, err := courier.Untoken(token); err == nil {
			t.Errorf("Untoken(%q) = %q; want an error", token, s)
		}
	}
}
