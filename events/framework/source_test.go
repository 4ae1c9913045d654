package framework_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/aboveline/aboveline/events/framework"
)

func TestSourcesThatAreNoText(t *testing.T) {
	t.Parallel()
	base := example(t, "framework.yaml")
	utf16 := []byte{0xff, 0xfe}
	for _, b := range base {
		utf16 = append(utf16, b, 0)
	}
	for name, c := range map[string]struct {
		source []byte
		want   string
	}{
		"empty":                   {nil, "f.yaml:1:1: the file is empty"},
		"blank":                   {[]byte(" \n\n"), "f.yaml:1:1: the file is empty"},
		"only a mark":             {[]byte("\xef\xbb\xbf"), "f.yaml:1:1: the file is empty"},
		"UTF-16":                  {utf16, "f.yaml:1:1: the file is UTF-16; save it as UTF-8"},
		"UTF-16, big":             {[]byte("\xfe\xff\x00m"), "f.yaml:1:1: the file is UTF-16; save it as UTF-8"},
		"Latin-1":                 {[]byte("meta:\n  note: caf\xe9\n"), "f.yaml:2:12: the file is not UTF-8"},
		"zero byte":               {[]byte("meta:\n\x00"), "f.yaml:2:1: a control character"},
		"old line ends":           {[]byte("meta:\r  note: x"), "f.yaml:1:6: a line ends in a carriage return alone"},
		"too large":               {bytes.Repeat([]byte("#\n"), 50<<20), "f.yaml:1:1: the file has 104857600 bytes"},
		"too many keys":           {manyKeys(), "f.yaml:2501:2: more than 2500 keys in one mapping"},
		"brackets":                {bytes.Repeat([]byte("["), 1<<18), "f.yaml:1:33: lists and mappings nested"},
		"dashes":                  {bytes.Repeat([]byte("- "), 1<<18), "f.yaml:1:65: a key or a dash beyond"},
		"too many tokens":         {bytes.Repeat([]byte("["), 1<<20), "f.yaml:1:1: the file has 1048576"},
		"alias bomb":              {[]byte("a: &a [x, x]\nb: &b [*a, *a]\n"), "f.yaml:1:4: anchors and aliases"},
		"cut off in an attribute": {base[:len(base)-2000], "must be a list; it is empty"},
		"cut off in a quote":      {upTo(base, "note of what the court"), "not YAML"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := framework.Parse("f.yaml", c.source)
			if err == nil || !framework.IsProblems(err) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Parse gives %v, want %q", err, c.want)
			}
		})
	}
}

func upTo(source []byte, text string) []byte {
	before, _, _ := bytes.Cut(source, []byte(text))
	return before
}

func manyKeys() []byte {
	var b bytes.Buffer
	for range 100_000 {
		b.WriteString("a: b\n")
	}
	return b.Bytes()
}

// A byte order mark and Windows line ends change nothing but the hash.
func TestMarksAndLineEndsAreTolerated(t *testing.T) {
	t.Parallel()
	base := example(t, "framework.yaml")
	for name, source := range map[string][]byte{
		"mark": append([]byte("\xef\xbb\xbf"), base...),
		"crlf": bytes.ReplaceAll(base, []byte("\n"), []byte("\r\n")),
	} {
		f, err := framework.Parse(name, source)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !bytes.Equal(f.Source, source) {
			t.Errorf("%s: Source is not the file", name)
		}
		if d := framework.Compare(reference(t), f); !d.Empty() || d.From == d.To {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// The places of problems are the same with Windows line ends.
func TestPlacesWithWindowsLineEnds(t *testing.T) {
	t.Parallel()
	broken := bytes.Replace(example(t, "framework.yaml"), []byte(`== "oral"'`), []byte(`== "orl"'`), 1)
	var want, got framework.Problems
	if _, err := framework.Parse("f", broken); !errors.As(err, &want) {
		t.Fatal("no problem")
	}
	if _, err := framework.Parse("f", bytes.ReplaceAll(broken, []byte("\n"), []byte("\r\n"))); !errors.As(err, &got) {
		t.Fatal("no problem with Windows line ends")
	}
	if len(want) != 1 || len(got) != 1 || want[0] != got[0] {
		t.Errorf("problems %v and %v", want, got)
	}
}

// However a file is cut off, Parse says so and does not crash; a cut within the
// last line or its comments may go unnoticed.
func TestTruncated(t *testing.T) {
	t.Parallel()
	base := example(t, "framework.yaml")
	last := bytes.Index(base, []byte("\n  offender-survey:"))
	for n := 0; n <= last; n += 1 + n/40 + (last-n)/40 {
		if _, err := framework.Parse("f.yaml", base[:n]); !framework.IsProblems(err) {
			t.Errorf("the first %d bytes give %v", n, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("meta:\n  framework_id: x\n"))
	f.Add([]byte("a: &x 1\nb: *x\n? k\n: v\n"))
	f.Add([]byte("questions:\n  - {id: \"1\", relevant: 'case.x == \"'}\n"))
	f.Add([]byte("a: |\n  x\nb: >-\n  y\n\n  z\nc: \"\\u00e9\\\n  d\"\n"))
	base, err := os.ReadFile("testdata/base.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(base)
	f.Fuzz(func(t *testing.T, source []byte) {
		parsed, err := framework.Parse("f.yaml", source)
		if err != nil {
			var ps framework.Problems
			if !errors.As(err, &ps) || len(ps) == 0 {
				t.Fatalf("the error is %T: %v", err, err)
			}
			lines := 2 + bytes.Count(source, []byte("\n"))
			for i, p := range ps {
				if p.Line < 1 || p.Line > lines || p.Column < 1 || p.Message == "" || i > 0 && p.Line < ps[i-1].Line {
					t.Fatalf("problem %d is %+v", i, p)
				}
			}
			return
		}
		again, err := framework.Parse("f.yaml", source)
		if err != nil || again.Hash != parsed.Hash || !framework.Compare(parsed, again).Empty() {
			t.Fatalf("the second time: %v", err)
		}
	})
}
