package vault

import (
	"encoding/hex"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// The worked example of FORMAT.md.
var (
	exampleMaster = secretOf(0x00)
	exampleSecret = secretOf(0x20)
	exampleID     = uuid.MustParse("0193a1f0-7c1e-7000-8000-000000000001")
	exampleAAD    = AAD{
		Programme: "iaow-2013-hampshire",
		Event:     uuid.MustParse("0193a1f0-7c1e-7000-8000-00000000000a"),
		Field:     "note",
	}
)

const examplePerson Person = "i/hampshire/c/C001"

// secretOf counts up from first.
func secretOf(first byte) *[secretSize]byte {
	var s [secretSize]byte
	for i := range s {
		s[i] = first + byte(i)
	}
	return &s
}

func example(t testing.TB) (MasterKey, Key) {
	t.Helper()
	m, err := newMasterKey(exampleMaster)
	if err != nil {
		t.Fatal(err)
	}
	k, err := newKey(exampleSecret, exampleID, exampleAAD.Programme)
	if err != nil {
		t.Fatal(err)
	}
	return m, k
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestFormat(t *testing.T) {
	t.Parallel()
	m, k := example(t)
	digest := k.Digest([]byte("content"))
	for name, pair := range map[string][2]string{
		"master id": {hex.EncodeToString(m.master.id), exampleMasterID},
		"AAD":       {hex.EncodeToString(exampleAAD.encode()), exampleAADHex},
		"digest":    {hex.EncodeToString(digest[:]), exampleDigest},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %s, FORMAT.md says %s", name, pair[0], pair[1])
		}
	}
	secret, err := m.master.open(unhex(t, exampleWrapped), exampleID, exampleAAD.Programme, examplePerson)
	if err != nil || *secret != *exampleSecret {
		t.Errorf("the wrapped key of FORMAT.md does not unwrap: %v", err)
	}
	if got, err := k.open(unhex(t, exampleBox), exampleAAD); err != nil || got != "a note" {
		t.Errorf("the box of FORMAT.md opens as %q, %v", got, err)
	}
}

func TestWrappedKeyIsBound(t *testing.T) {
	t.Parallel()
	m, _ := example(t)
	wrapped := m.master.seal(exampleSecret, exampleID, "p", "a")
	if len(wrapped) != 60 {
		t.Errorf("a wrapped key has %d bytes", len(wrapped))
	}
	for name, try := range map[string]func() (*[secretSize]byte, error){
		"id":        func() (*[secretSize]byte, error) { return m.master.open(wrapped, uuid.New(), "p", "a") },
		"programme": func() (*[secretSize]byte, error) { return m.master.open(wrapped, exampleID, "q", "a") },
		"person":    func() (*[secretSize]byte, error) { return m.master.open(wrapped, exampleID, "p", "b") },
		"shifted":   func() (*[secretSize]byte, error) { return m.master.open(wrapped, exampleID, "pa", "") },
		"cut":       func() (*[secretSize]byte, error) { return m.master.open(wrapped[:59], exampleID, "p", "a") },
	} {
		if _, err := try(); !IsTampered(err) {
			t.Errorf("unwrapped under another %s: %v", name, err)
		}
	}
}

func TestJoinedIsUnambiguous(t *testing.T) {
	t.Parallel()
	lists := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune{0, 1, 'a'}), 0, 6, -1), 0, 4)
	rapid.Check(t, func(rt *rapid.T) {
		a, b := lists.Draw(rt, "a"), lists.Draw(rt, "b")
		if slices.Equal(joined(a...), joined(b...)) != slices.Equal(a, b) {
			rt.Fatalf("%q and %q have the same encoding", a, b)
		}
	})
}

func FuzzOpenBox(f *testing.F) {
	_, k := example(f)
	good := unhex(f, exampleBox) // the same in every process that takes part
	f.Add(good, "note")
	f.Add(good, "reason")
	f.Add(good[:len(good)-1], "note")
	f.Add(append(slices.Clone(good), 0), "note")
	f.Add([]byte{}, "note")
	f.Add(make([]byte, 27), "note")
	f.Add(make([]byte, 28), "")
	f.Fuzz(func(t *testing.T, box []byte, field string) {
		before := slices.Clone(box)
		aad := exampleAAD
		aad.Field = field
		plain, err := k.open(box, aad)
		if (err == nil) != (slices.Equal(box, good) && field == "note") {
			t.Errorf("box %x as %q opens as %q, %v", box, field, plain, err)
		}
		if err != nil && field != "" && !IsTampered(err) {
			t.Errorf("box %x: %v is not IsTampered", box, err)
		}
		if err != nil && plain != "" {
			t.Errorf("box %x: %q comes with %v", box, plain, err)
		}
		if !slices.Equal(before, box) {
			t.Error("opening changed the box")
		}
	})
}

// TestFormatDocument holds FORMAT.md to the constants that the code is held to.
func TestFormatDocument(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(string(raw)), "")
	for _, want := range []string{
		exampleMasterID, exampleAADHex, exampleDigest, exampleWrapped, exampleBox,
		labelMasterID, labelWrap, labelSeal, labelDigest, labelWrapAAD, labelSealedAAD,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("FORMAT.md does not have %s", want)
		}
	}
}
