package recorder_test

import (
	"strings"
	"testing"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
)

var editor = sender{actor: "admin", role: events.RoleAdministrator, control: true}

// rescaled is the reference framework with other answers to question 1.1.04, and
// what it says of earlier ones.
func rescaled(t *testing.T, earlier string) string {
	t.Helper()
	head, tail, found := strings.Cut(reference(), "  - id: \"1.1.04\"\n")
	at := strings.Index(tail, "    scale: SI\n")
	next := strings.Index(tail, "  - id: ")
	if !found || at < 0 || next < at {
		t.Fatal("question 1.1.04 of the reference framework is not on the scale SI")
	}
	question := tail[:at] + "    answers: [good, weak]\n    above_line: [good]\n" + earlier
	for line := range strings.Lines(tail[at:next]) {
		field, _, _ := strings.Cut(strings.TrimSpace(line), ":")
		if field != "scale" && field != "answers" && field != "above_line" {
			question += line
		}
	}
	return head + "  - id: \"1.1.04\"\n" + question + tail[next:]
}

func publishing(base int, source string) entry.Entry {
	return of("", entry.Framework{Base: base, Source: source})
}

// A scale may change once the framework says what recorded answers read as; until
// then it is refused with every answer that would be lost, and nothing changes.
func TestAFrameworkThatLosesAnswersIsRefused(t *testing.T) {
	t.Parallel()
	b := opened(t)
	short := "short"
	for _, c := range []events.CaseID{"C002", "C003", "C004"} {
		b.must(ines, of(hampshire, entry.Case{Case: c, Attributes: map[string]*string{"report": &short}}))
	}
	b.must(ines, judge("C001", "1.1.04", "sufficient"))
	b.must(ines, judge("C002", "1.1.04", "insufficient"))
	b.must(ines, because("misread", expecting(1, judge("C002", "1.1.04", "sufficient"))))
	b.must(ines, judge("C003", "1.1.04", "insufficient"))
	b.must(ines, because("wrong case", expecting(1, of(hampshire, entry.JudgementWithdrawal{Case: "C003", Question: "1.1.04"}))))
	before, err := b.ledger.Head(t.Context(), programme)
	if err != nil {
		t.Fatal(err)
	}

	r := b.one(editor, publishing(1, rescaled(t, "")))
	expect(t, r, entry.StatusRejected, "answers_unread", "source", `2 cases have the answer "sufficient"`)
	if strings.Contains(r.Message, "insufficient\",") || strings.Count(r.Message, "\n") != 0 {
		t.Errorf("answers that were revised or withdrawn are no reason: %s", r.Message)
	}
	both := b.submit(editor, publishing(1, rescaled(t, "    earlier_answers: {insufficient: weak}\n")),
		publishing(1, rescaled(t, "    earlier_answers: {sufficient: good}\n")))
	expect(t, both[0], entry.StatusRejected, "answers_unread", "source", "1.1.04")
	expect(t, both[1], entry.StatusRecorded, "", "", "")
	head, err := b.ledger.Head(t.Context(), programme)
	if err != nil {
		t.Fatal(err)
	}
	if head.Position != before.Position+1 {
		t.Errorf("the head went from %d to %d", before.Position, head.Position)
	}
	// The old answers are off the scale from now on, also at the door.
	expect(t, b.one(ines, judge("C004", "1.1.04", "sufficient")), entry.StatusRejected, "bad_value", "answer", "good, weak")
	b.must(ines, judge("C004", "1.1.04", "weak"))
	// A rollback goes back all the same, and flags what it cannot read; an edit after
	// it loses nothing more.
	b.must(editor, of("", entry.FrameworkRollback{Base: 2}))
	b.must(editor, publishing(1, reference()+"\n# again\n"))
}

// Answers that are accepted in the transaction that publishes count as well.
func TestAnswersOfTheSameTransactionCount(t *testing.T) {
	t.Parallel()
	b := opened(t)
	r := b.submit(editor, judge("C001", "1.1.04", "sufficient"), publishing(1, rescaled(t, "")))
	if r[0].Status != entry.StatusRecorded {
		t.Fatalf("the judgement: %+v", r[0])
	}
	expect(t, r[1], entry.StatusRejected, "answers_unread", "source", "1 case has")
}
