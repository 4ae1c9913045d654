package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// report writes the table for people.
func report(w io.Writer, s surroundings, figures []figure) error {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.Style().Options.DrawBorder = false
	t.AppendHeader(table.Row{"Name", "Value", "Unit", "Baseline", "Ratio", "Bar", "", "Measured"})
	for _, f := range figures {
		t.AppendRow(table.Row{
			f.name, amount(f.value), f.unit, amount(f.baseline), ratio(f.ratio()), f.bar, f.bar.verdict(f), f.note,
		})
	}
	configs := []table.ColumnConfig{{Name: "Measured", WidthMax: 60, WidthMaxEnforcer: text.WrapSoft}}
	for _, name := range []string{"Value", "Baseline", "Ratio", "Bar"} {
		configs = append(configs, table.ColumnConfig{Name: name, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	t.SetColumnConfigs(configs)
	_, err := fmt.Fprintf(w, "\n%s\n\n%s, %d cores, %s, %s; %s; PostgreSQL %s\n"+
		"load average %s before, %s after; %s; medians of %d interleaved rounds\n%s\n",
		t.Render(), cmp.Or(s.cpu, "processor unknown"), s.cores, s.platform, cmp.Or(s.memory, "memory unknown"),
		s.goVersion, s.postgres, s.before, s.after, s.took.Round(time.Second), rounds, strings.TrimSpace(s.command))
	return err
}

// amount has three significant digits or more, and thousands apart.
func amount(v float64) string {
	switch {
	case v == 0:
		return ""
	case v < 10:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case v < 100:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	s := strconv.FormatFloat(math.Round(v), 'f', 0, 64)
	for n := len(s) - 3; n > 0; n -= 3 {
		s = s[:n] + "," + s[n:]
	}
	return s
}

func ratio(v float64) string {
	if v == 0 {
		return ""
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// String implements fmt.Stringer.
func (b bar) String() string {
	if b == (bar{}) {
		return ""
	}
	sign := "≥"
	if b.atMost {
		sign = "≤"
	}
	if b.onValue {
		return sign + " " + strconv.FormatFloat(b.limit, 'f', -1, 64)
	}
	return sign + " " + strconv.FormatFloat(b.limit, 'f', 2, 64)
}

// verdict says whether a figure keeps its bar.
func (b bar) verdict(f figure) string {
	v := f.ratio()
	if b.onValue {
		v = f.value
	}
	switch {
	case b == (bar{}):
		return ""
	case b.atMost && v <= b.limit, !b.atMost && v >= b.limit:
		return "✓"
	default:
		return "✗"
	}
}

// line is a figure as scripts see it.
type line struct {
	Name     string   `json:"name"`
	Value    float64  `json:"value"`
	Unit     string   `json:"unit"`
	Baseline *float64 `json:"baseline"`
	Ratio    *float64 `json:"ratio"`
}

// store writes the figures for scripts, in one step. Baseline and ratio are null
// where there are none.
func store(path string, figures []figure) error {
	lines := make([]line, len(figures))
	for n, f := range figures {
		lines[n] = line{Name: f.name, Value: digits(f.value, 6), Unit: f.unit}
		if f.baseline != 0 {
			base, r := digits(f.baseline, 6), digits(f.ratio(), 4)
			lines[n].Baseline, lines[n].Ratio = &base, &r
		}
	}
	b, err := json.MarshalIndent(lines, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", append(b, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// digits rounds to so many significant digits.
func digits(v float64, n int) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', n, 64), 64)
	if err != nil {
		return v
	}
	return r
}
