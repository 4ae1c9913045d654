package recorder_test

import (
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
)

var ines = as(inspector, events.RoleInspector)

// expect fails unless the receipt has the status, code and field, and its message
// mentions the word.
func expect(t *testing.T, r entry.Receipt, status entry.Status, code, field, word string) {
	t.Helper()
	if r.Status != status || r.Code != code || r.Field != field || !strings.Contains(r.Message, word) {
		t.Errorf("got %s %q field %q: %s\nwant %s %q field %q: …%s…",
			r.Status, r.Code, r.Field, r.Message, status, code, field, word)
	}
}

func TestRevisionsOfOneJudgement(t *testing.T) {
	t.Parallel()
	b := opened(t)
	first := b.must(ines, judge("C001", "1.1.04", "sufficient"))
	if first.Revision != 1 || first.Position == 0 || first.RecordedAt.IsZero() {
		t.Errorf("first receipt: %+v", first)
	}
	sam := as(second, events.RoleInspector)
	expect(t, b.one(sam, expecting(1, judge("C001", "1.1.04", "insufficient"))),
		entry.StatusRejected, "reason_required", "reason", "revision 1")
	changed := b.must(sam, because("read the file again", expecting(1, judge("C001", "1.1.04", "insufficient"))))
	if changed.Revision != 2 {
		t.Errorf("second revision: %+v", changed)
	}
	stale := b.one(ines, because("still think so", expecting(1, judge("C001", "1.1.04", "sufficient"))))
	expect(t, stale, entry.StatusConflict, "conflict", "expected_revision", "sam")
	if c := stale.Current; c == nil || c.Answer != "insufficient" || c.Actor != second || c.Revision != 2 ||
		c.Position != changed.Position || c.RecordedAt.IsZero() {
		t.Errorf("current: %+v", stale.Current)
	}
	expect(t, b.one(ines, judge("C001", "1.1.04", "sufficient")),
		entry.StatusConflict, "conflict", "expected_revision", "expect revision 2")
	expect(t, b.one(ines, because("x", expecting(7, judge("C001", "1.1.05", "sufficient")))),
		entry.StatusConflict, "conflict", "expected_revision", "expect 0")

	withdraw := entry.JudgementWithdrawal{Case: "C001", Question: "1.1.04"}
	b.must(ines, because("wrong case", expecting(2, of(hampshire, withdraw))))
	expect(t, b.one(ines, because("again", expecting(3, of(hampshire, withdraw)))),
		entry.StatusRejected, "nothing_to_withdraw", "question", "withdrawn before")
	again := b.must(ines, because("judged anew", expecting(3, judge("C001", "1.1.04", "sufficient"))))
	if again.Revision != 4 {
		t.Errorf("after a withdrawal: %+v", again)
	}
}

func TestSameIDIsTheSameReceiptForEver(t *testing.T) {
	t.Parallel()
	b := opened(t)
	e := judge("C001", "1.1.04", "sufficient")
	e.Note = "a note"
	first := b.must(ines, e)
	b.must(ines, because("x", expecting(1, judge("C001", "1.1.04", "insufficient"))))
	again := b.one(ines, e)
	if again.Status != entry.StatusDuplicate || again.Position != first.Position ||
		again.Revision != 1 || !again.RecordedAt.Equal(first.RecordedAt) {
		t.Errorf("resent: %+v, first %+v", again, first)
	}
	for _, change := range []func(*entry.Entry){
		func(e *entry.Entry) { e.Note = "another note" },
		func(e *entry.Entry) { e.Reason = "a reason" },
		func(e *entry.Entry) { e.OccurredAt = e.OccurredAt.Add(time.Microsecond) },
		func(e *entry.Entry) { e.Body = entry.Judgement{Case: "C001", Question: "1.1.05", Answer: "sufficient"} },
		func(e *entry.Entry) { e.Inspection = dorset },
	} {
		other := e
		change(&other)
		s := ines
		s.to = other.Inspection
		expect(t, b.one(s, other), entry.StatusRejected, "id_reused", "id", "id of its own")
	}
	twice := judge("C001", "1.1.05", "sufficient")
	r := b.submit(ines, twice, twice)
	if r[0].Status != entry.StatusRecorded || r[1].Status != entry.StatusDuplicate || r[1].Position != r[0].Position {
		t.Errorf("twice in one submission: %+v", r)
	}
}

func TestOneBadEntryCostsNoOther(t *testing.T) {
	t.Parallel()
	b := opened(t)
	good := encode(t, judge("C001", "1.1.04", "sufficient"), judge("C001", "1.1.05", "insufficient"))
	r := b.raw(b.recorder, b.order.Add(1), ines,
		good[0],
		jsontext.Value(`{"id":"not-a-uuid","kind":"judgement"}`),
		jsontext.Value(`{"id":"`+uuid.NewString()+`","kind":"judgement","surprise":1}`),
		jsontext.Value(`42`),
		good[1])
	for n, want := range []entry.Status{"recorded", "rejected", "rejected", "rejected", "recorded"} {
		if r[n].Status != want {
			t.Errorf("entry %d: %+v, want %s", n, r[n], want)
		}
	}
}

func TestAtomicStandsOrFallsTogether(t *testing.T) {
	t.Parallel()
	b := opened(t)
	s := ines
	s.atomic = true
	before, err := b.ledger.Head(t.Context(), programme)
	if err != nil {
		t.Fatal(err)
	}
	r := b.submit(s, judge("C001", "1.1.04", "sufficient"), judge("C001", "1.1.05", "nonsense"),
		judge("C001", "1.1.06", "sufficient"))
	expect(t, r[0], entry.StatusRejected, "atomic_aborted", "", "entry 2")
	expect(t, r[1], entry.StatusRejected, "bad_value", "answer", "none of")
	expect(t, r[2], entry.StatusRejected, "atomic_aborted", "", "entry 2")
	after, err := b.ledger.Head(t.Context(), programme)
	if err != nil {
		t.Fatal(err)
	}
	if after.Position != before.Position {
		t.Errorf("the head moved from %d to %d", before.Position, after.Position)
	}
	for _, x := range b.submit(s, judge("C001", "1.1.04", "sufficient"), judge("C001", "1.1.06", "sufficient")) {
		if x.Status != entry.StatusRecorded || x.Revision != 1 {
			t.Errorf("after the rollback: %+v", x)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	b := opened(t)
	yes, purple := "yes", "purple"
	tests := []struct {
		name              string
		from              sender
		entry             entry.Entry
		code, field, word string
	}{
		{"unknown question", ines, judge("C001", "9.9.99", "yes"), "unknown_question", "question", "9.9.99"},
		{"answer outside the scale", ines, judge("C001", "1.1.04", "yes"), "bad_value", "answer", "sufficient"},
		{"unknown case", ines, judge("C999", "1.1.04", "sufficient"), "unknown_case", "case", "attributes first"},
		{
			"not applicable where the rule holds", ines, judge("C001", "1.1.04", "not_applicable"),
			"relevant", "answer", "case.report",
		},
		{
			"an answer where the rule is false", ines, judge("C001", "1.1.01", "yes"),
			"not_relevant", "answer", "not_applicable",
		},
		{
			"unknown attribute", ines,
			of(hampshire, entry.Case{Case: "C2", Attributes: map[string]*string{"shoe": &yes}}),
			"unknown_attribute", "attributes.shoe", "shoe",
		},
		{
			"attribute outside its values", ines,
			of(hampshire, entry.Case{Case: "C2", Attributes: map[string]*string{"gender": &purple}}),
			"bad_value", "attributes.gender", "female",
		},
		{
			"unknown unit", ines, of(hampshire, entry.Interview{
				Interview: "O1", Role: "offender-manager", Grade: "PO", LDU: "atlantis",
				Answers: map[events.QuestionID]events.Answer{"om.01": "yes"},
			}),
			"bad_value", "ldu", "southampton",
		},
		{
			"question of another schedule", ines, of(hampshire, entry.Interview{
				Interview: "O1", Role: "sentencer", Grade: "judge",
				Answers: map[events.QuestionID]events.Answer{"om.01": "yes"},
			}),
			"unknown_question", "answers.om.01", "sentencer",
		},
		{
			"unknown instrument", ines,
			of(hampshire, entry.Response{
				Instrument: "guess", Respondent: "r", Answers: map[events.QuestionID]events.Answer{"sv.01": "yes"},
			}),
			"bad_value", "instrument", "offender-survey",
		},
		{
			"taken up before offered", ines,
			of(hampshire, entry.VictimContact{Case: "C001", Measures: map[events.MeasureID]events.Answer{
				"taken_up": "no", "quality_sufficient": "yes",
			}}),
			"out_of_order", "measures.quality_sufficient", "taken_up",
		},
		{
			"interventions without a factor", ines,
			of(hampshire, entry.Factor{
				Case: "C001", Factor: "alcohol", Identified: "no",
				InterventionsSufficient: "yes", ProgressSufficient: "not_applicable",
			}),
			"not_relevant", "interventions_sufficient", "not identified",
		},
		{"no member", as(stranger, events.RoleInspector), judge("C001", "1.1.04", "sufficient"), "forbidden", "", ""},
		{
			"token of another inspection",
			sender{actor: inspector, role: events.RoleInspector, scope: dorset, to: hampshire},
			judge("C001", "1.1.04", "sufficient"), "forbidden", "", "scope",
		},
		{
			"member elsewhere",
			sender{actor: inspector, role: events.RoleInspector, to: dorset},
			of(dorset, entry.Judgement{Case: "C001", Question: "1.1.04", Answer: "sufficient"}), "forbidden", "", "",
		},
		{
			"another inspection's entry at this door", ines,
			of(dorset, entry.Judgement{Case: "C001", Question: "1.1.04", Answer: "sufficient"}),
			"wrong_inspection", "inspection", "hampshire",
		},
		{
			"control entry at the entries' door", ines,
			of(hampshire, entry.TeamMember{Member: stranger, Role: events.RoleLead}), "unknown_kind", "kind", "own endpoint",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			expect(t, b.one(tt.from, tt.entry), entry.StatusRejected, tt.code, tt.field, tt.word)
		})
	}
}

func TestClockOfTheDevice(t *testing.T) {
	t.Parallel()
	b := opened(t)
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	b.now.Store(&now)
	e := judge("C001", "1.1.04", "sufficient")
	e.OccurredAt = now.Add(5*time.Minute + time.Microsecond)
	expect(t, b.one(ines, e), entry.StatusRejected, "occurred_in_future", "occurred_at", "five minutes")
	e.OccurredAt = now.Add(5 * time.Minute)
	b.must(ines, e)
}

func TestUndecidedRulesLetEverythingIn(t *testing.T) {
	t.Parallel()
	b := opened(t)
	none := map[string]*string{}
	b.must(ines, of(hampshire, entry.Case{Case: "C002", Attributes: none}))
	b.must(ines, judge("C002", "1.1.04", "sufficient"))     // case.report is not known yet
	b.must(ines, judge("C002", "1.1.05", "not_applicable")) // nor here
	short := "short"
	b.must(ines, because("found it", expecting(1, of(hampshire, entry.Case{
		Case: "C002", Attributes: map[string]*string{"report": &short},
	}))))
	b.must(ines, judge("C002", "1.1.09", "sufficient")) // 1.1.08 is not answered yet
	b.must(ines, judge("C002", "1.1.08", "insufficient"))
	expect(t, b.one(ines, because("x", expecting(1, judge("C002", "1.1.09", "insufficient")))),
		entry.StatusRejected, "not_relevant", "answer", "1.1.08")
}

func TestControlEntries(t *testing.T) {
	t.Parallel()
	b := opened(t)
	admin := sender{actor: "admin", role: events.RoleAdministrator, control: true}
	expect(t, b.one(admin, of("", entry.Programme{Name: "again"})),
		entry.StatusConflict, "programme_exists", "programme", "open already")
	expect(t, b.one(admin, of("", entry.Framework{Base: 0, Source: reference() + "\n# x\n"})),
		entry.StatusConflict, "stale_framework", "base", "revision 1")
	expect(t, b.one(admin, of("", entry.Framework{Base: 1, Source: reference()})),
		entry.StatusRejected, "unchanged", "source", "revision 1")
	expect(t, b.one(admin, of("", entry.Framework{Base: 1, Source: "meta: 1"})),
		entry.StatusRejected, "bad_framework", "source", "framework:1:")
	r := b.must(admin, of("", entry.Framework{Base: 1, Source: reference() + "\n# x\n"}))
	if r.Revision != 2 {
		t.Errorf("second framework: %+v", r)
	}
	expect(t, b.one(admin, of("", entry.FrameworkRollback{Base: 1})),
		entry.StatusConflict, "stale_framework", "base", "revision 2")
	b.must(admin, of("", entry.FrameworkRollback{Base: 2}))
	expect(t, b.one(admin, of("", entry.FrameworkRollback{Base: 1})),
		entry.StatusRejected, "nothing_to_roll_back", "base", "first")
	b.must(admin, of("", entry.Framework{Base: 1, Source: reference() + "\n# y\n"}))
	expect(t, b.one(admin, of("", entry.Framework{Base: 2, Source: reference() + "\n# z\n"})),
		entry.StatusConflict, "stale_framework", "base", "revision 3")
	ed := sender{actor: inspector, role: events.RoleInspector, control: true, to: hampshire}
	expect(t, b.one(ed, of(hampshire, entry.TeamMember{Member: stranger, Role: events.RoleLead})),
		entry.StatusRejected, "forbidden", "", "")
	leader := sender{actor: lead, role: events.RoleLead, control: true, to: hampshire}
	expect(t, b.one(leader, of(hampshire, entry.InspectionOpening{Name: "x"})),
		entry.StatusConflict, "inspection_exists", "inspection", "before")
	b.must(leader, of(hampshire, entry.TeamMemberRemoval{Member: inspector}))
	expect(t, b.one(ines, judge("C001", "1.1.04", "sufficient")), entry.StatusRejected, "forbidden", "", "")
	b.must(leader, because("done", of(hampshire, entry.InspectionClosing{})))
	expect(t, b.one(as(second, events.RoleInspector), judge("C001", "1.1.04", "sufficient")),
		entry.StatusRejected, "inspection_closed", "inspection", "closed")
}
