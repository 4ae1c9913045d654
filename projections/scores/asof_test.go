package scores_test

import (
	"errors"
	"iter"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/scores"
)

// about are the events of one inspection and of the framework, up to a position.
func about(s *script, i events.InspectionID, until int) iter.Seq2[scores.Item, error] {
	return func(yield func(scores.Item, error) bool) {
		for _, one := range s.items[:until] {
			if one.r.Inspection != i && one.r.Stream != events.FrameworkStream() {
				continue
			}
			if !yield(scores.Item{Recorded: one.r, Event: one.e}, nil) {
				return
			}
		}
	}
}

// remembering is a parser that reads each framework once.
func remembering() scores.Parser {
	known := map[string]*framework.Framework{}
	return func(name string, source []byte) (*framework.Framework, error) {
		if fw, ok := known[string(source)]; ok {
			return fw, nil
		}
		fw, err := framework.Parse(name, source)
		if err == nil {
			known[string(source)] = fw
		}
		return fw, err
	}
}

// An inspection folded by itself, up to any position, is what the fold of the whole
// programme was when it stood there.
func TestKnownEqualsAFoldThatStopped(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, specs := drawProgramme(t, 40)
		parse := remembering()
		whole, o := scores.NewWith(parse), newOracle()
		for k := range s.items {
			applyAll(t, whole, s.items[k:k+1])
			if now, published := specs[s.items[k].r.Position]; published {
				o.spec = now
			}
			o.see(s.items[k])
			for _, i := range []events.InspectionID{"north", "south"} {
				one, err := scores.Known(parse, about(s, i, k+1))
				if err != nil {
					t.Fatal(err)
				}
				want, opened := whole.Tallies(i)
				got, ok := one.Tallies(i)
				if ok != opened || !maps.Equal(want, got) {
					t.Fatalf("position %d, %s (-whole +alone):\n%s", k+1, i, cmp.Diff(want, got))
				}
				if opened {
					compareWithOracle(t, one, o, i)
				}
			}
		}
	})
}

// What was true at a time is what plain counting makes of the events that had
// occurred, whatever the clocks said and in whatever order they came in.
func TestOccurredEqualsNaiveOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, specs := drawProgramme(t, 40)
		parse := remembering()
		for k := range s.items {
			s.items[k].r.OccurredAt = clock(rapid.IntRange(0, 8).Draw(t, "occurred at"))
		}
		for by := range 9 {
			for _, i := range []events.InspectionID{"north", "south"} {
				o, some := occurredBy(s, specs, i, clock(by))
				f, err := scores.Occurred(parse, about(s, i, len(s.items)), clock(by))
				if errors.Is(err, scores.ErrNothingOccurred) != !some || some && err != nil {
					t.Fatalf("by %d, %s: error %v", by, i, err)
				}
				if some {
					compareWithOracle(t, f, o, i)
				}
			}
		}
	})
}

func clock(n int) time.Time { return time.Date(2013, 7, 1, 9, n, 0, 0, time.UTC) }

// occurredBy is an oracle that saw of each stream what had occurred by a time, in
// the order in which it did; false where that is nothing.
func occurredBy(
	s *script, specs map[events.Position]spec, i events.InspectionID, by time.Time,
) (o *oracle, some bool) {
	o = newOracle()
	o.cases[i] = map[events.CaseID]*paper{}
	var seen []item
	var frameworks []item
	for _, one := range s.items {
		switch {
		case one.r.Stream == events.FrameworkStream():
			frameworks = append(frameworks, one)
		case one.r.Inspection == i && one.r.Case != "" && !one.r.OccurredAt.After(by):
			seen = append(seen, one)
			if o.cases[i][one.r.Case] == nil {
				o.cases[i][one.r.Case] = &paper{map[string]string{}, map[string]string{}}
			}
		}
	}
	inOrder := func(a, b item) int {
		if c := a.r.OccurredAt.Compare(b.r.OccurredAt); c != 0 {
			return c
		}
		return int(a.r.Revision) - int(b.r.Revision)
	}
	slices.SortStableFunc(seen, inOrder)
	for _, one := range seen {
		o.see(one)
	}
	o.spec = specs[frameworks[0].r.Position]
	slices.SortStableFunc(frameworks, inOrder)
	for _, one := range frameworks {
		if !one.r.OccurredAt.After(by) {
			o.spec = specs[one.r.Position]
		}
	}
	return o, len(seen) > 0
}

// Reading under another published framework is what restoring it would give.
func TestUnderEqualsRestoring(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, specs := drawProgramme(t, 40)
		parse := remembering()
		revision := rapid.IntRange(1, s.frameworks).Draw(t, "revision")
		until := rapid.IntRange(2, len(s.items)).Draw(t, "until")
		o := newOracle()
		var row scores.FrameworkRow
		for k, one := range s.items {
			if e, ok := one.e.(events.FrameworkPublished); ok && e.Revision == revision {
				row = scores.FrameworkRow{Revision: revision, Position: one.r.Position, Source: e.Source}
			}
			if k < until {
				o.see(one)
			}
		}
		o.spec = specs[row.Position]
		for i := range o.cases {
			f, err := scores.Known(parse, about(s, i, until))
			if err != nil {
				t.Fatal(err)
			}
			if err := f.Under(row); err != nil {
				t.Fatal(err)
			}
			if _, now := f.Framework(); now != revision {
				t.Fatalf("under revision %d, want %d", now, revision)
			}
			compareWithOracle(t, f, o, i)
		}
	})
}
