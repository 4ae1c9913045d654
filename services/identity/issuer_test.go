package identity

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aboveline/aboveline/events"
)

func openIssuer(t testing.TB) *Issuer {
	t.Helper()
	i, err := OpenIssuer(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func verifierOf(t testing.TB, i *Issuer) *Verifier {
	t.Helper()
	v, err := i.Verifier()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestMintedTokensVerify(t *testing.T) {
	t.Parallel()
	issuer := openIssuer(t)
	verifier := verifierOf(t, issuer)
	ids := rapid.StringOfN(rapid.RuneFrom([]rune("aé/ .%-\"\\<日")), 1, 40, maxID)
	rapid.Check(t, func(r *rapid.T) {
		want := Identity{
			Subject: events.Actor(ids.Draw(r, "subject")),
			Role:    rapid.SampledFrom(Roles()).Draw(r, "role"),
		}
		if rapid.Bool().Draw(r, "narrowed") {
			want.Inspection = events.InspectionID(ids.Draw(r, "inspection"))
		}
		ttl := time.Duration(rapid.Int64Range(1, int64(MaxTTL/time.Second)).Draw(r, "ttl")) * time.Second
		token, err := issuer.Mint(want, ttl)
		if err != nil {
			r.Fatal(err)
		}
		got, err := verifier.Verify(t.Context(), token)
		if err != nil {
			r.Fatal(err)
		}
		if d := time.Until(got.Expires); d > ttl || d < ttl-10*time.Second {
			r.Fatalf("expires in %v, want about %v", d, ttl)
		}
		want.Expires = got.Expires
		if diff := cmp.Diff(want, got); diff != "" {
			r.Fatal(diff)
		}
	})
}

func TestMintRefuses(t *testing.T) {
	t.Parallel()
	issuer := openIssuer(t)
	good := Identity{Subject: "ann", Role: events.RoleLead}
	for name, c := range map[string]struct {
		change func(*Identity)
		ttl    time.Duration
		want   string
	}{
		"no subject":      {func(i *Identity) { i.Subject = "" }, time.Hour, "subject is empty"},
		"no role":         {func(i *Identity) { i.Role = "" }, time.Hour, `role ""`},
		"unknown role":    {func(i *Identity) { i.Role = "king" }, time.Hour, `role "king" is not one of`},
		"long subject":    {func(i *Identity) { i.Subject = events.Actor(strings.Repeat("a", 201)) }, time.Hour, "201 bytes"},
		"bad UTF-8":       {func(i *Identity) { i.Subject = "\xff" }, time.Hour, "not UTF-8"},
		"control":         {func(i *Identity) { i.Inspection = "a\x00" }, time.Hour, "inspection holds a control"},
		"no life":         {func(*Identity) {}, 0, "life is 0s"},
		"too long a life": {func(*Identity) {}, MaxTTL + 1, "at most"},
	} {
		id := good
		c.change(&id)
		if _, err := issuer.Mint(id, c.ttl); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one that says %q", name, err, c.want)
		}
	}
}

func TestClocksMayDiffer(t *testing.T) {
	t.Parallel()
	issuer := openIssuer(t)
	minted := time.Now().Truncate(time.Second)
	clock := minted
	issuer.now = func() time.Time { return clock }
	verifier := verifierOf(t, issuer)
	token, err := issuer.Mint(Identity{Subject: "ann", Role: events.RoleLead}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		at   time.Duration
		want Reason
	}{
		{-DefaultSkew - time.Second, ReasonNotYetValid},
		{-DefaultSkew, ""},
		{0, ""},
		{time.Hour + DefaultSkew, ""},
		{time.Hour + DefaultSkew + time.Second, ReasonExpired},
	} {
		clock = minted.Add(c.at)
		_, err := verifier.Verify(t.Context(), token)
		var got Reason
		if e, ok := asError(err); ok {
			got = e.Reason
		}
		if got != c.want {
			t.Errorf("%v after minting: %q, want %q (%v)", c.at, got, c.want, err)
		}
	}
}

func TestKeyStays(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := OpenIssuer(dir)
	if err != nil {
		t.Fatal(err)
	}
	token, err := first.Mint(Identity{Subject: "ann", Role: events.RoleLead}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	second, err := OpenIssuer(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verifierOf(t, second).Verify(t.Context(), token); err != nil {
		t.Errorf("after a restart: %v", err)
	}
	_, err = verifierOf(t, openIssuer(t)).Verify(t.Context(), token)
	if e, ok := asError(err); !ok || e.Reason != ReasonIssuer {
		t.Errorf("on another machine: %v, want %s", err, ReasonIssuer)
	}
	assertPrivate(t, filepath.Join(dir, keyFile))
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("files in the directory: %v, %v; want the key only", left, err)
	}
}

func TestFirstStartsAtOnceShareAKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const n = 8
	names := make([]string, n)
	var wg sync.WaitGroup
	for k := range n {
		wg.Go(func() {
			i, err := OpenIssuer(dir)
			if err != nil {
				t.Error(err)
				return
			}
			names[k] = i.Name()
		})
	}
	wg.Wait()
	for _, name := range names {
		if name != names[0] {
			t.Fatalf("different keys: %q", names)
		}
	}
}

func TestOpenIssuerRefuses(t *testing.T) {
	t.Parallel()
	const ed25519 = "-----BEGIN PRIVATE KEY-----\n" +
		"MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n" +
		"-----END PRIVATE KEY-----\n" // the example of RFC 8032
	for name, c := range map[string]struct {
		text string
		mode os.FileMode
		want string
	}{
		"others may read": {"", 0o644, "chmod 600"},
		"empty":           {"", 0o600, "want one PEM block"},
		"no PEM":          {"secret", 0o600, "want one PEM block"},
		"no key":          {"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", 0o600, "no PKCS #8 key"},
		"another kind":    {ed25519, 0o600, "ECDSA key on P-256"},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, keyFile)
		if err := os.WriteFile(path, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		_, err := OpenIssuer(dir)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want one that says %q and %q", name, err, c.want, path)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error repeats the file: %v", name, err)
		}
	}
	if _, err := OpenIssuer(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a directory that does not exist: no error")
	}
}

func TestAdminToken(t *testing.T) {
	t.Parallel()
	issuer := openIssuer(t)
	clock := time.Now()
	issuer.now = func() time.Time { return clock }
	path := filepath.Join(t.TempDir(), "admin.token")
	write := func() string {
		t.Helper()
		if err := issuer.WriteAdminToken(path); err != nil {
			t.Fatal(err)
		}
		assertPrivate(t, path)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		token := strings.TrimSuffix(string(text), "\n")
		id, err := verifierOf(t, issuer).Verify(t.Context(), token)
		if err != nil || id.Subject != AdminSubject || id.Role != events.RoleAdministrator || id.Inspection != "" {
			t.Fatalf("%+v, %v", id, err)
		}
		return token
	}
	first := write()
	if write() != first {
		t.Error("a good token was replaced")
	}
	clock = clock.Add(MaxTTL - renewal + time.Hour)
	second := write()
	if second == first {
		t.Error("a token that ends soon was kept")
	}
	if err := os.WriteFile(path, []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if write() == second {
		t.Error("a damaged token was kept")
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := issuer.WriteAdminToken(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a token that others may read: %v", err)
	}
}

func assertPrivate(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("%s: mode %v, %v; want a file with 0600", path, info.Mode(), err)
	}
}

func BenchmarkVerify(b *testing.B) {
	issuer := openIssuer(b)
	verifier := verifierOf(b, issuer)
	token, err := issuer.Mint(Identity{Subject: "ann", Role: events.RoleLead, Inspection: "east"}, time.Hour)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := verifier.Verify(b.Context(), token); err != nil {
			b.Fatal(err)
		}
	}
}
