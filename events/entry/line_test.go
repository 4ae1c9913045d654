package entry_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/aboveline/aboveline/events/entry"
	"github.com/google/go-cmp/cmp"
)

func TestLines(t *testing.T) {
	t.Parallel()
	file := "\uFEFF{\"a\":1}\r\n\n   \r\n  {\"b\":2}\t\n\"\xff\"\n" + strings.Repeat("x", 11) + "\n" +
		strings.Repeat("y", 10) + "\r\n" + strings.Repeat("z", 200_000) + "\nlast"
	want := []string{
		`1 {"a":1}`, `4 {"b":2}`, `5 malformed: the line is not valid UTF-8: save the file as UTF-8`,
		`6 too_long: the line has 11 bytes: give at most 10`, `7 yyyyyyyyyy`,
		`8 too_long: the line has 200000 bytes: give at most 10`, `9 last`,
	}
	for name, r := range map[string]io.Reader{
		"whole":        strings.NewReader(file),
		"byte by byte": iotest.OneByteReader(strings.NewReader(file)),
		"with EOF":     iotest.DataErrReader(strings.NewReader(file)),
	} {
		var got []string
		for line, err := range entry.Lines(r, 10) {
			text := string(line.Raw)
			if le, ok := errors.AsType[*entry.LineError](err); ok {
				if le.N != line.N {
					t.Errorf("%s: error about line %d with line %d", name, le.N, line.N)
				}
				text = le.Err.Error()
			}
			got = append(got, string('0'+rune(line.N))+" "+text)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestLinesEndsAtAnErrorOfTheReader(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	var got []string
	var last error
	for line, err := range entry.Lines(io.MultiReader(strings.NewReader("1\n2"), iotest.ErrReader(broken)), 0) {
		got, last = append(got, string(line.Raw)), err
	}
	if diff := cmp.Diff([]string{"1", ""}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !errors.Is(last, broken) || !strings.Contains(last.Error(), "line 2") {
		t.Errorf("got %v, want %v at line 2", last, broken)
	}
}

func TestLinesMayBeKeptAndLeft(t *testing.T) {
	t.Parallel()
	var kept [][]byte
	for line, err := range entry.Lines(strings.NewReader("aaaa\nbbbb\ncccc\n"), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if kept = append(kept, line.Raw); len(kept) == 2 {
			break
		}
	}
	if got := string(bytes.Join(kept, []byte(" "))); got != "aaaa bbbb" {
		t.Errorf("got %q", got)
	}
}
