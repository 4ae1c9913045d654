package query_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/services/query"
)

var someInspections = []events.InspectionID{"north", "south"}

// plain are the figures of a fold, as an answer has them.
func plain(f *scores.Fold, tallies map[events.QuestionID]scores.Tally) []query.Figure {
	out := []query.Figure{}
	fw, _ := f.Framework()
	if fw == nil {
		return out
	}
	for _, one := range scores.Figures(fw, tallies) {
		figure := query.Figure{Figure: one.Name, Exact: query.Ratio(one.Exact), Percent: query.Percent(one.Exact)}
		if one.Tally != nil {
			figure.Above, figure.Relevant = &one.Tally.Above, &one.Tally.Relevant
		}
		out = append(out, figure)
	}
	return out
}

func wantFigures(t *testing.T, what string, f *scores.Fold, tallies map[events.QuestionID]scores.Tally, got query.Scores) {
	t.Helper()
	ignore := cmpopts.IgnoreFields(query.Figure{}, "Name", "Questions", "Criteria", "Scored", "Unanswered", "Flagged")
	if diff := cmp.Diff(plain(f, tallies), got.Figures, ignore, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("%s (-fold +answer):\n%s", what, diff)
	}
	if _, revision := f.Framework(); got.FrameworkRevision != revision {
		t.Fatalf("%s: framework revision %d, want %d", what, got.FrameworkRevision, revision)
	}
}

// inTier is `case.tier == tier` done by hand.
func inTier(tier string) func(framework.CaseFile) bool {
	return func(c framework.CaseFile) bool {
		value, _ := c.Attribute("tier")
		return value == tier
	}
}

// At every position, by position and by time, whole and for some cases, figures are
// those of a fold that stopped there.
func TestAsOfEqualsAFoldThatStopped(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			b := randomBook(seed, 60)
			w := newWorld(t, b)
			for at := events.Position(1); at <= events.Position(len(b.drafts)); at++ {
				for _, i := range someInspections {
					asOf(t, b, w, i, at)
				}
			}
		})
	}
}

func asOf(t *testing.T, b *book, w *world, i events.InspectionID, at events.Position) {
	t.Helper()
	what := fmt.Sprintf("%s at %d", i, at)
	path, position := string(i)+"/scores", fmt.Sprint(at)
	when := recorded(int(at)).In(time.FixedZone("", 5*3600+1800)).Format(time.RFC3339)
	f, err := scores.Known(nil, b.about(i, at))
	if err != nil {
		t.Fatal(err)
	}
	tallies, opened := f.Tallies(i)
	if !opened {
		if b.revisions[events.InspectionStream(i)] > 0 {
			w.refused(t, http.StatusNotFound, path, "position", position)
			w.refused(t, http.StatusNotFound, path, "at", when, "where", "true")
		}
		return
	}
	var got query.Scores
	w.get(t, http.StatusOK, &got, path, "position", position)
	wantFigures(t, what, f, tallies, got)
	if got.Position != at {
		t.Fatalf("%s: position %d", what, got.Position)
	}
	w.get(t, http.StatusOK, &got, path, "at", when)
	wantFigures(t, what+" by time", f, tallies, got)
	some, _ := f.TalliesWhere(i, inTier("1"))
	w.get(t, http.StatusOK, &got, path, "position", position, "where", `case.tier == "1"`)
	wantFigures(t, what+" where", f, some, got)
}

// At every minute of the inspectors' clocks, figures are those of what had occurred,
// whole, for some cases and under another framework.
func TestAsOfOccurredEqualsTheFold(t *testing.T) {
	t.Parallel()
	b := randomBook(7, 80)
	w := newWorld(t, b)
	all := events.Position(len(b.drafts))
	for minute := range 21 {
		by := opened.Add(time.Duration(minute-1) * time.Minute)
		for _, i := range someInspections {
			what := fmt.Sprintf("%s by minute %d", i, minute-1)
			path, when := string(i)+"/scores", by.Format(time.RFC3339)
			f, err := scores.Occurred(nil, b.about(i, all), by)
			if err != nil {
				w.refused(t, http.StatusNotFound, path, "at_occurred", when)
				continue
			}
			var got query.Scores
			tallies, _ := f.Tallies(i)
			w.get(t, http.StatusOK, &got, path, "at_occurred", when)
			wantFigures(t, what, f, tallies, got)
			some, _ := f.TalliesWhere(i, inTier("2"))
			w.get(t, http.StatusOK, &got, path, "at_occurred", when, "where", `case.tier == "2"`)
			wantFigures(t, what+" where", f, some, got)
			if err := f.Under(scores.FrameworkRow{Revision: 1, Source: source(`"yes"`, 1)}); err != nil {
				t.Fatal(err)
			}
			tallies, _ = f.Tallies(i)
			w.get(t, http.StatusOK, &got, path, "at_occurred", when, "framework", "1")
			wantFigures(t, what+" under revision 1", f, tallies, got)
		}
	}
}

// small is a programme in which little happens:
//
//	1 opened  2 framework  3 north  4 C1 in tier 1  5 a yes  6 south  7 framework  8 C1 a partly  9 C1 in no tier
func small() *book {
	b := newBook()
	b.publish(source(`"yes"`, 1))
	b.open("north")
	b.describe("north", "C1", "1")
	b.judge("north", "C1", "a", "yes")
	b.open("south")
	b.publish(source(`"yes", partly`, 2))
	b.actor, b.occurred = "bea", opened.Add(-time.Hour)
	b.judge("north", "C1", "a", "partly")
	b.describe("north", "C1", "")
	return b
}

func TestMomentsThatCannotBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t, small())
	const (
		first    = "nothing was recorded in this programme by then; its first event was on 2013-07-09T12:00:01Z"
		unopened = "the inspection had not been opened at position %s; it was at position 6, on 2013-07-09T12:00:06Z"
		one      = "position, at and at_occurred exclude one another; give only one of them"
		noon     = "2013-07-09T12:00:00Z"
	)
	for _, tt := range []struct {
		status int
		want   string
		params []string
	}{
		{404, first, []string{"at", noon}},
		{404, fmt.Sprintf(unopened, "5"), []string{"position", "5"}},
		{404, fmt.Sprintf(unopened, "4"), []string{"position", "4", "where", "true"}},
		{404, "nothing of this inspection had occurred by then", []string{"at_occurred", "2013-07-01T09:00:00Z"}},
		{404, "the programme has no framework revision 3; the newest is 2", []string{"framework", "3"}},
		{422, one, []string{"position", "5", "at", noon}},
		{422, one, []string{"at_occurred", noon, "at", noon}},
		{422, "", []string{"position", "0"}},
		{422, "", []string{"position", "18446744073709551615"}},
		{422, "", []string{"framework", "0"}},
		{422, "", []string{"at", "yesterday"}},
		{422, "", []string{"position", "8", "where", "case.nonsense == 1"}},
	} {
		p := w.refused(t, tt.status, "south/scores", tt.params...)
		if tt.want != "" && p.Detail != tt.want {
			t.Errorf("%v: %q, want %q", tt.params, p.Detail, tt.want)
		}
	}
}

func TestMomentsAtTheEdges(t *testing.T) {
	t.Parallel()
	w := newWorld(t, small())
	question := func(s query.Scores, id scores.FigureID) query.Figure {
		for _, f := range s.Figures {
			if f.Figure == id {
				return f
			}
		}
		t.Fatalf("no figure %s", id)
		return query.Figure{}
	}
	var s query.Scores
	// After the last position: the newest, and the answer says which.
	for _, params := range [][]string{{}, {"position", "9"}, {"position", "1000"}, {"at", "2030-01-01T00:00:00+02:00"}} {
		w.get(t, 200, &s, "north/scores", params...)
		if f := question(s, "question/a"); s.Position != 9 || *f.Percent != 100 || f.Unanswered.N == nil || *f.Unanswered.N != 0 {
			t.Errorf("%v: position %d, %+v", params, s.Position, f)
		}
	}
	// Just before an event, and with nanoseconds.
	w.get(t, 200, &s, "north/scores", "at", "2013-07-09T12:00:07.999999999Z")
	if f := question(s, "question/a"); s.Position != 7 || s.FrameworkRevision != 2 || *f.Above != 1 || f.Unanswered.N != nil {
		t.Errorf("position %d under %d, %+v", s.Position, s.FrameworkRevision, f)
	}
	// What was recorded last had happened first, under the first framework, in a case
	// without attributes.
	w.get(t, 200, &s, "north/scores", "at_occurred", "2013-07-01T08:30:00Z")
	if f := question(s, "question/a"); s.FrameworkRevision != 1 || *f.Above != 0 || *f.Relevant != 1 {
		t.Errorf("under %d, %+v", s.FrameworkRevision, f)
	}
	if f := question(s, "question/b"); *f.Unanswered.N != 0 {
		t.Errorf("%+v", f)
	}
	// The newest under the first framework.
	w.get(t, 200, &s, "north/scores", "framework", "1")
	if f := question(s, "outcome/1"); s.FrameworkRevision != 1 || *f.Exact != "0/1" {
		t.Errorf("under %d, %+v", s.FrameworkRevision, f)
	}
	// An earlier moment under a later one.
	w.get(t, 200, &s, "north/scores", "position", "5", "framework", "2")
	if f := question(s, "outcome/1"); s.FrameworkRevision != 2 || *f.Exact != "1/1" || s.Position != 5 {
		t.Errorf("under %d, %+v", s.FrameworkRevision, f)
	}
}
