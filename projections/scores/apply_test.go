package scores_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/scores"
)

type unheardOf struct{}

func (unheardOf) Kind() events.Kind { return events.Kind{Type: "UnheardOf", Version: 1} }

func small() spec {
	yes := questionSpec{
		id: "1.1.01", criterion: "1.1", answers: []string{"yes", "no", "not_applicable"}, line: []string{"yes"},
		outcomes: []int{1}, rule: always{},
	}
	then := yes
	then.id, then.rule = "1.1.02", answerIs{"1.1.01", "yes"}
	return spec{attributes: someAttributes, questions: []questionSpec{yes, then}}
}

// An event that cannot be applied says which and why, and changes nothing.
func TestInapplicableEventsChangeNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		given func(*script)
		event func(*script)
		is    error
		says  string
	}{
		"judgement before any framework": {
			func(s *script) { s.open("north"); s.describe("north", "C1") },
			func(s *script) { s.judge("north", "C1", "1.1.01", "yes") },
			scores.ErrNoFramework, "no framework",
		},
		"withdrawal before any framework": {
			func(s *script) { s.open("north"); s.describe("north", "C1") },
			func(s *script) { s.judge("north", "C1", "1.1.01", "") },
			scores.ErrNoFramework, "no framework",
		},
		"judgement in an inspection not opened": {
			func(s *script) { s.publish(small().yaml()) },
			func(s *script) { s.judge("north", "C1", "1.1.01", "yes") },
			scores.ErrUnknownInspection, `inspection "north"`,
		},
		"case of an inspection not opened": {
			func(s *script) { s.publish(small().yaml()) },
			func(s *script) { s.describe("north", "C1") },
			scores.ErrUnknownInspection, `inspection "north"`,
		},
		"closing of an inspection not opened": {
			func(*script) {},
			func(s *script) { s.add(events.InspectionStream("north"), "north", "", events.InspectionClosed{}) },
			scores.ErrUnknownInspection, `inspection "north"`,
		},
		"judgement on a case not described": {
			func(s *script) { s.publish(small().yaml()); s.open("north") },
			func(s *script) { s.judge("north", "C1", "1.1.01", "yes") },
			scores.ErrUnknownCase, `case "C1" of inspection "north"`,
		},
		"withdrawal on a case not described": {
			func(s *script) { s.publish(small().yaml()); s.open("north") },
			func(s *script) { s.judge("north", "C1", "1.1.01", "") },
			scores.ErrUnknownCase, `case "C1" of inspection "north"`,
		},
		"judgement on a question of no framework": {
			func(s *script) { s.publish(small().yaml()); s.open("north"); s.describe("north", "C1") },
			func(s *script) { s.judge("north", "C1", "1.1.03", "yes") },
			scores.ErrUnknownQuestion, `question "1.1.03", framework revision 1`,
		},
		"judgement on a question that the framework dropped": {
			func(s *script) {
				s.publish(small().yaml())
				s.open("north")
				s.describe("north", "C1")
				s.judge("north", "C1", "1.1.02", "yes")
				s.publish(spec{attributes: someAttributes, questions: small().questions[:1]}.yaml())
			},
			func(s *script) { s.judge("north", "C1", "1.1.02", "no") },
			scores.ErrUnknownQuestion, `question "1.1.02", framework revision 2`,
		},
		"withdrawal of an answer that was never given, to a question of no framework": {
			func(s *script) { s.publish(small().yaml()); s.open("north"); s.describe("north", "C1") },
			func(s *script) { s.judge("north", "C1", "9.9.99", "") },
			scores.ErrUnknownQuestion, `question "9.9.99"`,
		},
		"framework that is none": {
			func(s *script) { s.publish(small().yaml()); s.open("north"); s.describe("north", "C1") },
			func(s *script) { s.publish("outcomes: [") },
			scores.ErrBadFramework, "framework revision 2",
		},
		"restoring a framework that was never published": {
			func(s *script) { s.publish(small().yaml()) },
			func(s *script) { s.restore(2) },
			scores.ErrUnknownRevision, "framework revision 2",
		},
		"event of another release": {
			func(*script) {},
			func(s *script) { s.add("elsewhere", "", "", unheardOf{}) },
			scores.ErrUnknownEvent, "unheardOf",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScript()
			c.given(s)
			f := s.fold(t)
			f.Take()
			before := dump(f.State())
			c.event(s)
			bad := s.items[len(s.items)-1]
			err := f.Apply(&bad.r, bad.e)
			if !scores.IsInapplicable(err) || !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("error %v, want %v that says %q", err, c.is, c.says)
			}
			var e *scores.ApplyError
			if errors.As(err, &e); e.ID != bad.r.ID || e.Position != bad.r.Position || e.Type != bad.r.Type {
				t.Errorf("the error names %v at %d, the event was %v at %d", e.ID, e.Position, bad.r.ID, bad.r.Position)
			}
			if d := cmp.Diff(before, dump(f.State()), cmpopts.EquateEmpty()); d != "" {
				t.Errorf("the state changed:\n%s", d)
			}
			d := f.Take()
			if n := len(d.Answers) + len(d.Cases) + len(d.Tallies) + len(d.History) + len(d.Frameworks); n > 0 {
				t.Errorf("rows were touched: %+v", d)
			}
		})
	}
}

// What moves no score is taken note of by doing nothing.
func TestEventsThatMoveNoScore(t *testing.T) {
	t.Parallel()
	f := hampshireScript(t).fold(t)
	f.Take()
	before := dump(f.State())
	for _, e := range []events.Event{
		events.ProgrammeOpened{},
		events.TeamMemberAdded{},
		events.TeamMemberRemoved{},
		events.InterviewRecorded{},
		events.InterviewRevised{},
		events.ResponseRecorded{},
		events.ResponseRevised{},
		events.VictimContactRecorded{},
		events.VictimContactRevised{},
		events.FactorAssessed{},
		events.FactorRevised{},
	} {
		if err := f.Apply(&events.Recorded{Position: 99_999, Inspection: hampshire, Case: "C001"}, e); err != nil {
			t.Errorf("%T: %v", e, err)
		}
	}
	if d := cmp.Diff(before, dump(f.State()), cmpopts.EquateEmpty()); d != "" {
		t.Errorf("the state changed:\n%s", d)
	}
}

// Every kind of this release is either folded or passed over on purpose.
func TestEveryKindOfTheReleaseIsKnown(t *testing.T) {
	t.Parallel()
	for _, k := range events.Current().Kinds() {
		goType, _ := events.Current().GoType(k)
		e, ok := reflect.TypeAssert[events.Event](reflect.Zero(goType))
		if !ok {
			t.Fatalf("%v is no event", goType)
		}
		if err := scores.New().Apply(&events.Recorded{}, e); errors.Is(err, scores.ErrUnknownEvent) {
			t.Errorf("%s v%d: %v", k.Type, k.Version, err)
		}
	}
}

// Applying an event again moves nothing: a fold counts answers, not events.
func TestApplyingTwiceCountsOnce(t *testing.T) {
	t.Parallel()
	s := hampshireScript(t)
	f := s.fold(t)
	before, _ := f.Tallies(hampshire)
	f.Take()
	apply(t, f, s.items[2:])
	after, _ := f.Tallies(hampshire)
	if d := cmp.Diff(before, after); d != "" {
		t.Errorf("counted twice:\n%s", d)
	}
	if d := f.Take(); len(d.History) > 0 {
		t.Errorf("%d movements by events applied before", len(d.History))
	}
}

// The rows of one event: the answer, the tallies it moves, its own and that of
// the question that looks at it, and one movement for each.
func TestDeltaOfOneJudgement(t *testing.T) {
	t.Parallel()
	s := newScript()
	s.publish(small().yaml())
	s.open("north")
	s.describe("north", "C1", "tier", "1")
	s.judge("north", "C1", "1.1.02", "no")
	f := s.fold(t)
	f.Take()
	position := s.judge("north", "C1", "1.1.01", "yes")
	apply(t, f, s.items[len(s.items)-1:])
	one := scores.Proportion{Above: 1, Relevant: 1}
	want := scores.Delta{
		Answers: []scores.AnswerRow{{
			Inspection: "north", Case: "C1", Question: "1.1.01", Answer: "yes", Revision: 1, Position: position,
		}},
		Tallies: []scores.TallyRow{
			{Inspection: "north", Question: "1.1.01", Tally: scores.Tally{Above: 1, Relevant: 1}},
			{Inspection: "north", Question: "1.1.02", Tally: scores.Tally{Relevant: 1}},
		},
		History: []scores.Movement{
			{Position: position, Inspection: "north", Case: "C1", Question: "1.1.01", After: one, Framework: 1},
			{
				Position: position, Inspection: "north", Case: "C1", Question: "1.1.02",
				After: scores.Proportion{Relevant: 1}, Framework: 1,
			},
		},
	}
	if d := cmp.Diff(want, f.Take(), cmpopts.EquateEmpty()); d != "" {
		t.Errorf("delta (-want +got):\n%s", d)
	}
	if d := cmp.Diff(scores.Delta{}, f.Take(), cmpopts.EquateEmpty()); d != "" {
		t.Errorf("the second Take is not empty:\n%s", d)
	}
}
