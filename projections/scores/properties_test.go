package scores_test

import (
	"maps"
	"math/big"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/scores"
)

var rats = cmp.Comparer(sameRat)

func sameRat(a, b *big.Rat) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Cmp(b) == 0
}

// exact gives the values of all figures by name.
func exact(fw *framework.Framework, tallies map[events.QuestionID]scores.Tally) map[scores.FigureID]*big.Rat {
	values := map[scores.FigureID]*big.Rat{}
	for _, f := range scores.Figures(fw, tallies) {
		values[f.Name] = f.Exact
	}
	return values
}

// Whatever is entered under whatever frameworks, after every event the tallies,
// the figures and those of a subset are what plain counting gives.
func TestFoldEqualsNaiveOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, specs := drawProgramme(t, 50)
		f, o := scores.New(), newOracle()
		for k := range s.items {
			one := s.items[k]
			if err := f.Apply(&one.r, one.e); err != nil {
				t.Fatal(err)
			}
			if now, published := specs[one.r.Position]; published {
				o.spec = now
			}
			o.see(one)
			for i := range o.cases {
				compareWithOracle(t, f, o, i)
			}
		}
	})
}

func compareWithOracle(t *rapid.T, f *scores.Fold, o *oracle, i events.InspectionID) {
	t.Helper()
	fw, _ := f.Framework()
	got, _ := f.Tallies(i)
	want := o.tallies(i, everyCase)
	if !maps.Equal(want, got) {
		t.Fatalf("tallies of %s (-oracle +fold):\n%s\nunder\n%s", i, cmp.Diff(want, got), o.spec.yaml())
	}
	if a, b := o.figures(want), exact(fw, got); !maps.EqualFunc(a, b, sameRat) {
		t.Fatalf("figures of %s (-oracle +fold):\n%s", i, cmp.Diff(a, b, rats))
	}
	women, _ := f.TalliesWhere(i, func(c framework.CaseFile) bool {
		v, _ := c.Attribute("gender")
		return v == "female"
	})
	wantWomen := o.tallies(i, func(p *paper) bool { return p.attributes["gender"] == "female" })
	if !maps.Equal(wantWomen, women) {
		t.Fatalf("tallies of the women of %s (-oracle +fold):\n%s", i, cmp.Diff(wantWomen, women))
	}
}

// The order in which different streams come in does not matter, as long as every
// event can be applied: the framework and the case come before the judgement.
func TestInterleavingOfStreamsDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := newScript()
		now := drawSpec(t, questionIDs(4))
		s.publish(now.yaml())
		s.open("north")
		given := map[string]bool{}
		for range 40 {
			if rapid.IntRange(0, 19).Draw(t, "publish") == 0 {
				now = edited(t, now)
				s.publish(now.yaml())
				continue
			}
			drawEntry(t, s, "north", now, given)
		}
		one, other := scores.New(), scores.New()
		applyAll(t, one, s.items)
		applyAll(t, other, shuffled(t, s.items))
		a, _ := one.Tallies("north")
		b, _ := other.Tallies("north")
		if d := cmp.Diff(a, b); d != "" {
			t.Fatalf("tallies differ by the order of streams (-as drawn +shuffled):\n%s", d)
		}
		fw, _ := one.Framework()
		if d := cmp.Diff(exact(fw, a), exact(fw, b), rats); d != "" {
			t.Fatalf("figures differ by the order of streams:\n%s", d)
		}
	})
}

// shuffled draws another order of events that keeps the order of each stream.
func shuffled(t *rapid.T, items []item) []item {
	streams := map[events.Stream][]item{}
	var names []events.Stream
	for _, one := range items {
		if len(streams[one.r.Stream]) == 0 {
			names = append(names, one.r.Stream)
		}
		streams[one.r.Stream] = append(streams[one.r.Stream], one)
	}
	var out []item
	done := map[events.Stream]bool{}
	possible := func(one item) bool {
		switch one.e.(type) {
		case events.JudgementRecorded, events.JudgementRevised, events.JudgementWithdrawn:
			return done[events.FrameworkStream()] && done[events.CaseStream(one.r.Inspection, one.r.Case)]
		case events.CaseDescribed:
			return done[events.InspectionStream(one.r.Inspection)]
		default:
			return true
		}
	}
	for len(out) < len(items) {
		var next []events.Stream
		for _, name := range names {
			if len(streams[name]) > 0 && possible(streams[name][0]) {
				next = append(next, name)
			}
		}
		name := rapid.SampledFrom(next).Draw(t, "next stream")
		one := streams[name][0]
		streams[name] = streams[name][1:]
		done[name] = true
		one.r.Position = events.Position(len(out) + 1)
		out = append(out, one)
	}
	return out
}

// An answer revised and revised back leaves everything as it was.
func TestReviseAndReviseBackIsIdentity(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := newScript()
		now := drawSpec(t, questionIDs(5))
		s.publish(now.yaml())
		s.open("north")
		for range 40 {
			drawEntry(t, s, "north", now, map[string]bool{})
		}
		f, o := scores.New(), newOracle()
		applyAll(t, f, s.items)
		for _, one := range s.items {
			o.see(one)
		}
		before, _ := f.Tallies("north")
		at := len(s.items)
		for c, p := range o.cases["north"] {
			q := rapid.SampledFrom(now.questions).Draw(t, "question")
			s.judge("north", c, events.QuestionID(q.id), events.Answer(rapid.SampledFrom(q.answers).Draw(t, "answer")))
			s.judge("north", c, events.QuestionID(q.id), events.Answer(p.answers[q.id]))
			a := rapid.SampledFrom(someAttributes).Draw(t, "attribute")
			s.describe("north", c, a.name, rapid.SampledFrom(a.values).Draw(t, "value"))
			s.describe("north", c, a.name, p.attributes[a.name])
		}
		applyAll(t, f, s.items[at:])
		after, _ := f.Tallies("north")
		if d := cmp.Diff(before, after); d != "" {
			t.Fatalf("there and back again is not where it was:\n%s", d)
		}
	})
}

// A framework published and taken back, by a rollback or by publishing the old one
// again, leaves everything as it was.
func TestPublishAndPublishBackIsIdentity(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, specs := drawProgramme(t, 40)
		f := scores.New()
		applyAll(t, f, s.items)
		tallies := slices.Collect(keys(f.State().Tallies))
		_, revision := f.Framework()
		at := len(s.items)
		last := slices.MaxFunc(slices.Collect(positions(specs)), func(a, b events.Position) int { return int(a) - int(b) })
		s.publish(drawSpec(t, []string{"q2", "q9"}).yaml())
		if rapid.Bool().Draw(t, "by a rollback") {
			s.restore(revision)
		} else {
			s.publish(specs[last].yaml())
		}
		applyAll(t, f, s.items[at:])
		now := slices.Collect(keys(f.State().Tallies))
		if d := cmp.Diff(sortedTallies(tallies), sortedTallies(now), cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("published and taken back:\n%s", d)
		}
	})
}

func applyAll(t *rapid.T, f *scores.Fold, items []item) {
	t.Helper()
	for k := range items {
		if err := f.Apply(&items[k].r, items[k].e); err != nil {
			t.Fatal(err)
		}
	}
}
