package vault

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// TestSecretsDoNotShow prints keys in every way there is, also from within a field
// that is not exported, where fmt cannot call their methods.
func TestSecretsDoNotShow(t *testing.T) {
	t.Parallel()
	m, k := example(t)
	forms := map[string]string{}
	for label, secret := range map[string]*[secretSize]byte{
		labelWrap: exampleMaster, labelSeal: exampleSecret, labelDigest: exampleSecret,
	} {
		derived, err := derive(secret, label, secretSize)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range [][]byte{derived, secret[:]} {
			// The first bytes are enough to know the whole is there.
			forms[strings.Trim(fmt.Sprintf("%v", b[:6]), "[]")] = label
			forms[hex.EncodeToString(b[:6])] = label
			forms[strings.ToUpper(hex.EncodeToString(b[:6]))] = label
			forms[strings.Trim(fmt.Sprintf("%#v", b[:6]), "[]byte{}")] = label
			forms[strings.Trim(fmt.Sprintf("%q", b[:6]), `"`)] = label
			forms[string(b[:6])] = label
		}
	}
	check := func(how, got string) {
		t.Helper()
		for form, label := range forms {
			if strings.Contains(got, form) {
				t.Errorf("%s prints the key of %s: %q", how, label, got)
			}
		}
	}
	type holder struct {
		k Key
		m MasterKey
		l []Key
		v *Vault
	}
	held := holder{k, m, []Key{k}, New(nil, m)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p", "%f"} {
		for _, value := range []any{k, m, []any{k, m}, map[string]Key{"a": k}} {
			got := fmt.Sprintf(verb, value)
			check(verb, got)
			if verb != "%p" && !strings.Contains(got, redacted) {
				t.Errorf("%s of %T prints %s", verb, value, got)
			}
		}
		for _, value := range []any{held, &held, held.v, *k.key, k.key, *m.master, m.master} {
			check(verb, fmt.Sprintf(verb, value))
		}
	}
	var out bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		out.Reset()
		slog.New(h).Info("x", slog.Any("key", k), slog.Any("master", m), slog.Any("held", held))
		check("slog", out.String())
		if strings.Count(out.String(), redacted) < 2 {
			t.Errorf("slog writes %s", out.String())
		}
	}
	if raw, err := json.Marshal([]any{k, m, held}); err != nil || string(raw) != "[{},{},{}]" {
		t.Errorf("JSON is %s, %v", raw, err)
	}
}
