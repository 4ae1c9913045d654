package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A short row runs from the command line to the file for scripts.
func TestRun(t *testing.T) {
	dataset, err := filepath.Abs("../../deploy/examples/hampshire-2013")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	var stdout, stderr bytes.Buffer
	args := []string{"-quick", "-run", "^(append-10|fold-judgement-ns)$", "-dataset", dataset}
	if code := run(t.Context(), args, &stdout, &stderr); code != 0 {
		t.Fatalf("exit code %d: %s", code, &stderr)
	}
	for _, want := range []string{"append-10", "PostgreSQL", "load average", "fsync on", strings.Join(args, " ")} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("the report does not mention %q:\n%s", want, &stdout)
		}
	}
	raw, err := os.ReadFile(latest)
	if err != nil {
		t.Fatal(err)
	}
	var lines []line
	if err := json.Unmarshal(raw, &lines); err != nil {
		t.Fatal(err)
	}
	if len(lines) == 0 || lines[0].Name != "append-10" || lines[0].Value <= 0 || lines[0].Ratio == nil {
		t.Errorf("latest.json: %s", raw)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{"-run", "("}, {"-events", "5"}, {"append-10"}, {"-nonsense"}} {
		if code := run(t.Context(), args, io.Discard, io.Discard); code != 2 {
			t.Errorf("%q: exit code %d, want 2", args, code)
		}
	}
	if code := run(t.Context(), []string{"-run", "^none$"}, io.Discard, io.Discard); code != 1 {
		t.Errorf("no row matches: exit code %d, want 1", code)
	}
}

func TestStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "latest.json")
	err := store(path, []figure{
		{name: "with", value: 1234567.8, unit: "events/s", baseline: 1000000},
		{name: "without", value: 0.5, unit: "ms"},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := `[
  {
    "name": "with",
    "value": 1234570,
    "unit": "events/s",
    "baseline": 1000000,
    "ratio": 1.235
  },
  {
    "name": "without",
    "value": 0.5,
    "unit": "ms",
    "baseline": null,
    "ratio": null
  }
]
`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestBars(t *testing.T) {
	for _, tt := range []struct {
		figure figure
		text   string
		want   string
	}{
		{figure{value: 80, baseline: 100, bar: atLeast(0.8)}, "≥ 0.80", "✓"},
		{figure{value: 79, baseline: 100, bar: atLeast(0.8)}, "≥ 0.80", "✗"},
		{figure{value: 25, baseline: 10, bar: atMost(2.5)}, "≤ 2.50", "✓"},
		{figure{value: 101, bar: valueUpTo(100)}, "≤ 100", "✗"},
		{figure{value: 1}, "", ""},
	} {
		if got := tt.figure.bar.String(); got != tt.text {
			t.Errorf("bar %q, want %q", got, tt.text)
		}
		if got := tt.figure.bar.verdict(tt.figure); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.figure, got, tt.want)
		}
	}
}

func TestPercentile(t *testing.T) {
	hundred := make([]time.Duration, 100)
	for k := range hundred {
		hundred[k] = time.Duration(k + 1)
	}
	for p, want := range map[int]time.Duration{1: 1, 50: 50, 99: 99, 100: 100} {
		if got := percentile(hundred, p); got != want {
			t.Errorf("p%d of 1 to 100 is %d", p, got)
		}
	}
	if got := percentile(hundred[:1], 99); got != 1 {
		t.Errorf("p99 of one value is %d", got)
	}
	if got := median([]float64{5, 1, 4, 2, 3}); got != 3 {
		t.Errorf("median is %v", got)
	}
}
