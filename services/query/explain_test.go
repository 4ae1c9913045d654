package query_test

import (
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/services/query"
)

func TestExplanationNamesCauses(t *testing.T) {
	t.Parallel()
	b := newBook()
	b.publish(source(`"yes"`, 1))
	b.open("north")
	b.describe("north", "C1", "1")
	b.describe("north", "C2", "")
	b.judge("north", "C1", "c", "no")     // 6: not relevant yet
	b.judge("north", "C1", "a", "yes")    // 7: brings in c
	b.judge("north", "C1", "b", "partly") // 8
	b.publish(source(`"yes", partly`, 1)) // 9: partly is above now
	b.actor = "bea"                       //
	b.judge("north", "C2", "a", "no")     // 10
	b.judge("north", "C2", "a", "yes")    // 11
	b.describe("north", "C1", "2")        // 12: takes b out
	b.judge("north", "C2", "a", "")       // 13
	b.restore(1)                          // 14
	w := newWorld(t, b)
	var e query.Explanation
	w.get(t, 200, &e, "north/explanation", "figure", "outcome/1")
	var lines []string
	for _, c := range e.Changes {
		line := fmt.Sprintf("%d %s %s %s %s:%s %s->%s r%d", c.Position, c.Cause, c.Actor, c.Case, c.Question, c.Answer,
			exact(c.Before), exact(c.After), c.FrameworkRevision)
		for _, m := range c.Moved {
			line += fmt.Sprintf(" %s %d/%d->%d/%d", m.Question, m.AboveBefore, m.RelevantBefore, m.AboveAfter, m.RelevantAfter)
			if m.Dependent {
				line += " dependent"
			}
		}
		if c.Reason != "" {
			line += " because: " + c.Reason
		}
		if c.Attributes != nil {
			line += fmt.Sprint(" ", c.Attributes)
		}
		lines = append(lines, line)
	}
	want := []string{
		"7 judgements ann C1 a:yes none->1/2 r1 a 0/0->1/1 c 0/0->0/1 dependent",
		"8 judgements ann C1 b:partly 1/2->1/3 r1 b 0/0->0/1",
		"9 criteria ann  : 1/3->2/3 r2 b 0/1->1/1 because: clearer criteria",
		"10 judgements bea C2 a:no 2/3->1/2 r2 a 1/1->1/2",
		"11 corrections bea C2 a:yes 1/2->2/3 r2 a 1/2->2/2",
		"12 attributes bea C1 : 2/3->1/2 r2 b 1/1->0/0 dependent [tier]",
		"13 withdrawals bea C2 a: 1/2->1/2 r2 a 2/2->1/1",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if e.Position != 14 || exact(e.Value) != "1/2" || e.Name != "Outcome 1" {
		t.Errorf("%s at %d stands at %s", e.Name, e.Position, exact(e.Value))
	}
	wantTotals := []query.Total{
		{Cause: "judgements", Changes: 3, Net: "1/6", Points: "16.67"},
		{Cause: "corrections", Changes: 1, Net: "1/6", Points: "16.67"},
		{Cause: "withdrawals", Changes: 1, Net: "0/1", Points: "0.00"},
		{Cause: "attributes", Changes: 1, Net: "-1/6", Points: "-16.67"},
		{Cause: "criteria", Changes: 1, Net: "1/3", Points: "33.33"},
	}
	if diff := cmp.Diff(wantTotals, e.Totals); diff != "" || e.Matched != nil {
		t.Errorf("totals (-want +got):\n%s\nmatched %v", diff, e.Matched)
	}
}

func exact(v query.Value) string {
	if v.Exact == nil {
		return "none"
	}
	return *v.Exact
}

// Filters select, totals never change, and the matched totals are those of what was
// selected.
func TestExplanationFilters(t *testing.T) {
	t.Parallel()
	b := randomBook(3, 120)
	w := newWorld(t, b)
	var all query.Explanation
	w.get(t, 200, &all, "north/explanation", "figure", "outcome/1")
	if len(all.Changes) < 10 {
		t.Fatalf("%d changes show nothing", len(all.Changes))
	}
	middle := all.Changes[len(all.Changes)/2].RecordedAt
	for _, tt := range []struct {
		params []string
		keep   func(query.FigureChange) bool
	}{
		{[]string{"actor", "bea"}, func(c query.FigureChange) bool { return c.Actor == "bea" }},
		{[]string{"case", "C2"}, func(c query.FigureChange) bool { return c.Case == "C2" }},
		{[]string{"question", "b"}, func(c query.FigureChange) bool {
			return slices.ContainsFunc(c.Moved, func(m query.Moved) bool { return m.Question == "b" })
		}},
		{[]string{"since", middle.Format(time.RFC3339Nano)}, func(c query.FigureChange) bool {
			return !c.RecordedAt.Before(middle)
		}},
		{[]string{"until", middle.Format(time.RFC3339Nano)}, func(c query.FigureChange) bool {
			return !c.RecordedAt.After(middle)
		}},
		{[]string{"actor", "nobody"}, func(query.FigureChange) bool { return false }},
	} {
		var want []query.FigureChange
		net, n := new(big.Rat), 0
		for _, c := range all.Changes {
			if tt.keep(c) {
				want = append(want, c)
				net.Add(net, movement(t, c))
				n++
			}
		}
		for _, page := range []struct {
			params   []string
			from, to int
		}{{nil, 0, n}, {[]string{"limit", "3"}, 0, min(3, n)}, {[]string{"last", "3"}, max(0, n-3), n}} {
			var got query.Explanation
			w.get(t, 200, &got, "north/explanation", slices.Concat([]string{"figure", "outcome/1"}, tt.params, page.params)...)
			if diff := cmp.Diff(want[page.from:page.to], got.Changes); diff != "" && n > 0 {
				t.Errorf("%v %v (-want +got):\n%s", tt.params, page.params, diff)
			}
			if diff := cmp.Diff(all.Totals, got.Totals); diff != "" {
				t.Errorf("%v: totals (-all +filtered):\n%s", tt.params, diff)
			}
			matched, sum := 0, new(big.Rat)
			for _, total := range got.Matched {
				matched += total.Changes
				sum.Add(sum, ratio(t, total.Net))
			}
			if matched != n || sum.Cmp(net) != 0 {
				t.Errorf("%v: %d changes of %v matched, want %d of %v", tt.params, matched, sum, n, net)
			}
		}
	}
}

func movement(t *testing.T, c query.FigureChange) *big.Rat {
	t.Helper()
	m := new(big.Rat)
	if c.After.Exact != nil {
		m.Add(m, ratio(t, *c.After.Exact))
	}
	if c.Before.Exact != nil {
		m.Sub(m, ratio(t, *c.Before.Exact))
	}
	return m
}

func ratio(t *testing.T, s string) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		t.Fatalf("%q is no ratio", s)
	}
	return r
}

// Of every figure, the totals add up to it.
func TestTotalsAddUpToEveryFigure(t *testing.T) {
	t.Parallel()
	w := newWorld(t, randomBook(5, 150))
	for _, i := range someInspections {
		var s query.Scores
		w.get(t, 200, &s, string(i)+"/scores")
		for _, f := range s.Figures {
			var e query.Explanation
			w.get(t, 200, &e, string(i)+"/explanation", "figure", string(f.Figure), "last", "1")
			sum := new(big.Rat)
			for _, total := range e.Totals {
				sum.Add(sum, ratio(t, total.Net))
			}
			want := new(big.Rat)
			if f.Exact != nil {
				want = ratio(t, *f.Exact)
			}
			if sum.Cmp(want) != 0 {
				t.Errorf("%s of %s: totals add up to %v, it stands at %v", f.Figure, i, sum, want)
			}
		}
	}
}

func TestExplanationsThatCannotBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t, small())
	for _, tt := range []struct {
		status int
		params []string
	}{
		{404, []string{"figure", "outcome/9"}},
		{404, []string{"figure", "nonsense"}},
		{422, []string{}},
		{422, []string{"figure", "outcome/1", "limit", "0"}},
		{422, []string{"figure", "outcome/1", "limit", "1", "last", "1"}},
		{422, []string{"figure", "outcome/1", "since", "2013-07-02T00:00:00Z", "until", "2013-07-01T00:00:00Z"}},
		{422, []string{"figure", "outcome/1", "nonsense", "1"}},
	} {
		if p := w.refused(t, tt.status, "north/explanation", tt.params...); p.Detail == "" {
			t.Errorf("%v: no detail", tt.params)
		}
	}
}

// A difference agrees with the scores of its moments, and its counts with the
// explanations.
func TestDifference(t *testing.T) {
	t.Parallel()
	b := randomBook(11, 100)
	w := newWorld(t, b)
	for _, pair := range [][2]string{{"40", "now"}, {"60", recorded(90).Format(time.RFC3339)}, {"90", "50"}, {"70", "70"}} {
		var d query.Difference
		w.get(t, 200, &d, "north/scores/difference", "from", pair[0], "to", pair[1])
		low, high := min(d.From.Position, d.To.Position), max(d.From.Position, d.To.Position)
		var before, after query.Scores
		w.get(t, 200, &before, "north/scores", "position", fmt.Sprint(d.From.Position))
		w.get(t, 200, &after, "north/scores", "position", fmt.Sprint(d.To.Position))
		for _, f := range d.Figures {
			if exact(f.Before) != value(before, f.Figure) || exact(f.After) != value(after, f.Figure) {
				t.Errorf("%v: %+v", pair, f)
			}
			var e query.Explanation
			w.get(t, 200, &e, "north/explanation", "figure", string(f.Figure))
			counts := query.Counts{}
			for _, c := range e.Changes {
				if c.Position > low && c.Position <= high {
					counts[c.Cause]++
				}
			}
			if len(counts) != len(f.Changes) || !cmp.Equal(counts, f.Changes) && len(counts) > 0 {
				t.Errorf("%v: %s counts %v, explained are %v", pair, f.Figure, f.Changes, counts)
			}
		}
	}
	var d query.Difference
	w.get(t, 200, &d, "north/scores/difference", "from", "now", "to", "occurred:2013-07-01T09:10:00Z", "where", "true")
	if d.Changes != nil {
		t.Errorf("counts of what cannot be counted: %v", d.Changes)
	}
	w.get(t, 200, &d, "north/scores/difference", "from", "now", "to", "now", "framework", "1", "to_framework", "2")
	if d.From.FrameworkRevision != 1 || d.To.FrameworkRevision != 2 {
		t.Errorf("from %+v to %+v", d.From, d.To)
	}
	for _, params := range [][]string{
		{"from", "1"}, {"from", "yesterday", "to", "now"}, {"from", "0", "to", "now"}, {"from", "occurred:now", "to", "now"},
	} {
		w.refused(t, 422, "north/scores/difference", params...)
	}
	p := w.refused(t, 404, "north/scores/difference", "from", "now", "to", "2001-01-01T00:00:00Z")
	if p.Errors[0].Location != "query.to" {
		t.Errorf("%+v", p)
	}
}

func value(s query.Scores, id scores.FigureID) string {
	for _, f := range s.Figures {
		if f.Figure == id {
			return exact(query.Value{Exact: f.Exact})
		}
	}
	return "none"
}
