package checkpoint_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/checkpoint"
)

func openKey(t testing.TB) (*checkpoint.Key, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log.key")
	k, err := checkpoint.OpenKey(path)
	if err != nil {
		t.Fatal(err)
	}
	return k, path
}

func sign(t testing.TB, k *checkpoint.Key, size uint64) checkpoint.Signed {
	t.Helper()
	s, err := k.Sign(checkpoint.Checkpoint{Programme: "iaow 2013/hampshire", Size: size, Root: sha256.Sum256([]byte("root"))})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What is signed can be read with nothing but x/mod/sumdb/note.
func TestPlainNote(t *testing.T) {
	t.Parallel()
	k, path := openKey(t)
	s := sign(t, k, 1042)
	vkey, err := os.ReadFile(checkpoint.VerifierFile(path))
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	if err != nil {
		t.Fatal(err)
	}
	n, err := note.Open(s.Note, note.VerifierList(v))
	if err != nil {
		t.Fatal(err)
	}
	want := "aboveline/iaow%202013%2Fhampshire\n1042\n" + base64.StdEncoding.EncodeToString(s.Root[:]) + "\n"
	if n.Text != want || v.Name() != "aboveline" {
		t.Errorf("%s signed\n%swant\n%s", v.Name(), n.Text, want)
	}
	got, err := checkpoint.Verify(s.Note, k.Verifier())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s, got); diff != "" {
		t.Error(diff)
	}
}

func TestOriginIsOneToOne(t *testing.T) {
	t.Parallel()
	k, _ := openKey(t)
	rapid.Check(t, func(t *rapid.T) {
		p := events.Programme(rapid.StringN(1, 40, 200).Draw(t, "programme"))
		s, err := k.Sign(checkpoint.Checkpoint{Programme: p, Size: rapid.Uint64Range(0, 1<<63-1).Draw(t, "size")})
		if err != nil {
			t.Fatal(err)
		}
		got, err := checkpoint.Verify(s.Note, k.Verifier())
		if err != nil || got.Checkpoint != s.Checkpoint {
			t.Fatalf("%q: %v, %v", p, got, err)
		}
		if strings.ContainsAny(checkpoint.Origin(p), " +\n") {
			t.Fatalf("origin %q", checkpoint.Origin(p))
		}
	})
}

// No byte of a checkpoint can change.
func TestAlteredCheckpoints(t *testing.T) {
	t.Parallel()
	k, _ := openKey(t)
	s := sign(t, k, 300)
	rapid.Check(t, func(t *rapid.T) {
		msg := append([]byte(nil), s.Note...)
		i := rapid.IntRange(0, len(msg)-1).Draw(t, "at")
		b := rapid.Byte().Filter(func(b byte) bool { return b != msg[i] }).Draw(t, "byte")
		msg[i] = b
		if got, err := checkpoint.Verify(msg, k.Verifier()); err == nil {
			t.Fatalf("accepted %q as %v", msg, got.Checkpoint)
		}
	})
}

func TestMalformed(t *testing.T) {
	t.Parallel()
	root := base64.StdEncoding.EncodeToString(make([]byte, 32))
	signer, vkey, err := note.GenerateKey(rand.Reader, "aboveline")
	if err != nil {
		t.Fatal(err)
	}
	key, err := note.NewSigner(signer)
	if err != nil {
		t.Fatal(err)
	}
	v, err := checkpoint.ParseVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	for text, ok := range map[string]bool{
		"aboveline/p\n1\n" + root + "\n":                      true,
		"aboveline/p\n1\n" + root + "\nextension\n":           true,
		"aboveline/p\n01\n" + root + "\n":                     false,
		"aboveline/p\n-1\n" + root + "\n":                     false,
		"aboveline/p\n9223372036854775808\n" + root + "\n":    false,
		"aboveline/p\n1\n" + root[:40] + "\n":                 false,
		"aboveline/p\n1\n":                                    false,
		"aboveline/\n1\n" + root + "\n":                       false,
		"aboveline/%2f\n1\n" + root + "\n":                    false,
		"aboveline/%4\n1\n" + root + "\n":                     false,
		"aboveline/a b\n1\n" + root + "\n":                    false,
		"go.sum database tree\n1\n" + root + "\n":             false,
		"aboveline/p\n1\n" + root + "\n\nempty line before\n": false,
	} {
		msg, err := note.Sign(&note.Note{Text: text}, key)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := checkpoint.Verify(msg, v); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
		if _, err := checkpoint.Parse(msg); (err == nil) != ok {
			t.Errorf("parse %q: %v", text, err)
		}
	}
}

func TestSignaturesOfOthers(t *testing.T) {
	t.Parallel()
	k, _ := openKey(t)
	other, _ := openKey(t)
	s := sign(t, other, 7)
	if _, err := checkpoint.Verify(s.Note, k.Verifier()); !checkpoint.IsUnsigned(err) {
		t.Errorf("signed by another key: %v", err)
	}
	if p, err := checkpoint.Parse(s.Note); err != nil || p.Verified || p.Checkpoint != s.Checkpoint {
		t.Errorf("parsed: %v, %v", p, err)
	}
	if _, err := checkpoint.Verify(s.Note, checkpoint.Verifier{}); !checkpoint.IsUnsigned(err) {
		t.Errorf("without a key: %v", err)
	}
}

// witness is a signer of cosignature/v1.
type witness struct {
	name    string
	public  ed25519.PublicKey
	private ed25519.PrivateKey
}

func (w witness) typed() []byte {
	return append([]byte{4}, w.public...)
}

func (w witness) hash() [4]byte {
	sum := sha256.Sum256([]byte(w.name + "\n" + string(w.typed())))
	return [4]byte(sum[:4])
}

func (w witness) vkey() string {
	h := w.hash()
	return fmt.Sprintf("%s+%x+%s", w.name, h[:], base64.StdEncoding.EncodeToString(w.typed()))
}

func (w witness) line(body string, at time.Time) string {
	h := w.hash()
	sig := binary.BigEndian.AppendUint64(h[:], uint64(at.Unix()))
	sig = append(sig, ed25519.Sign(w.private, fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", at.Unix(), body))...)
	return "— " + w.name + " " + base64.StdEncoding.EncodeToString(sig)
}

func TestWitnesses(t *testing.T) {
	t.Parallel()
	k, _ := openKey(t)
	s := sign(t, k, 7)
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	w := witness{"witness.example/w1", public, private}
	known, err := checkpoint.ParseWitness(w.vkey())
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	want := checkpoint.Cosignature{Witness: known.Name(), At: at, Line: w.line(s.Body(), at)}
	cosigned := checkpoint.Attach(s.Note, []checkpoint.Cosignature{want, want})
	if strings.Count(string(cosigned), "w1") != 1 {
		t.Errorf("the line is there twice: %s", cosigned)
	}

	got, err := checkpoint.Verify(cosigned, k.Verifier(), known)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]checkpoint.Cosignature{want}, got.Witnesses); diff != "" {
		t.Error(diff)
	}
	got, err = checkpoint.Verify(cosigned, k.Verifier())
	if err != nil || len(got.Witnesses) != 0 || string(got.Note) != string(cosigned) {
		t.Errorf("a reader who does not know the witness: %v, %v", got, err)
	}
	// Without the log's own signature a witness is worth nothing.
	alone := s.Body() + "\n" + want.Line + "\n"
	if _, err := checkpoint.Verify([]byte(alone), k.Verifier(), known); !checkpoint.IsUnsigned(err) {
		t.Errorf("a witness alone: %v", err)
	}
	// Nor is a witness of another text.
	bad := checkpoint.Attach(s.Note, []checkpoint.Cosignature{{Line: w.line("another text\n", at)}})
	if _, err := checkpoint.Verify(bad, k.Verifier(), known); !checkpoint.IsUnsigned(err) {
		t.Errorf("a witness of another text: %v", err)
	}
	if _, err := checkpoint.Cosignatures(s.Note, k.Verifier(), []checkpoint.Witness{known}); err == nil {
		t.Error("no witness is no error")
	}
	for _, vkey := range []string{"", "w+1", "w+00000000+BAAA", w.name + "+00000000+" + strings.Split(w.vkey(), "+")[2]} {
		if _, err := checkpoint.ParseWitness(vkey); err == nil {
			t.Errorf("accepted %q", vkey)
		}
	}
}

func TestKeyFiles(t *testing.T) {
	t.Parallel()
	k, path := openKey(t)
	public := checkpoint.VerifierFile(path)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key file: %v, %v", info.Mode(), err)
	}
	if filepath.Base(public) != "log.vkey" {
		t.Errorf("public file %s", public)
	}
	again, err := checkpoint.OpenKey(path)
	if err != nil || again.Verifier().String() != k.Verifier().String() {
		t.Fatalf("opened again: %v", err)
	}
	if s := fmt.Sprintf("%v %+v %#v %s", k, k, k, k); strings.Contains(s, "PRIVATE") || !strings.Contains(s, "(secret)") {
		t.Errorf("printed: %s", s)
	}

	// A key that signed before stays known.
	_, retired, err := note.GenerateKey(rand.Reader, "aboveline")
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile(public)
	if err != nil {
		t.Fatal(err)
	}
	write(t, public, string(own)+retired+"\n", 0o644)
	if k, err := checkpoint.OpenKey(path); err != nil || strings.Count(k.Verifier().String(), ",") != 1 {
		t.Errorf("with a retired key: %v", err)
	}

	spoilers := []struct {
		name  string
		spoil func()
	}{
		{"foreign public file", func() { write(t, public, retired+"\n", 0o644) }},
		{"no key in the public file", func() { write(t, public, "\n", 0o644) }},
		{"open to others", func() { write(t, public, string(own), 0o644); chmod(t, path, 0o640) }},
		{"no signer key", func() { chmod(t, path, 0o600); write(t, path, "PRIVATE+KEY+secret", 0o600) }},
		{"the key is gone", func() { remove(t, path) }},
	}
	for _, s := range spoilers {
		s.spoil()
		_, err := checkpoint.OpenKey(path)
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", s.name, err)
		}
	}
}

func write(t *testing.T, path, content string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func FuzzParse(f *testing.F) {
	k, _ := openKey(f)
	f.Add(sign(f, k, 1).Note)
	f.Add([]byte("aboveline/p\n1\nAAAA\n\n— x AAAA\n"))
	f.Fuzz(func(t *testing.T, msg []byte) {
		s, err := checkpoint.Parse(msg)
		if err == nil && !strings.HasPrefix(string(msg), s.Body()) {
			t.Errorf("%q says %q", msg, s.Body())
		}
	})
}
