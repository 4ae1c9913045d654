package framework_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aboveline/aboveline/events/framework"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	from := small(t)
	to := small(
		t,
		`relevant: 'true'`, `relevant: 'case.report != ""'`,
		`above_line: [sufficient]`+"\n    outcomes: [1]", `above_line: [sufficient, insufficient]`+"\n    outcomes: [1, 2]",
		`text: "Is the plan good?"`, `text: "Is the plan good enough?"`,
		`    criterion: "2.1"`, `    criterion: "2.2"`,
		`    judged: true`, `    judged: false`,
		`id: "2.2.91"`, `id: "2.2.92"`,
		`answers: ["yes", "no", no_answer]`, `answers: ["no", "yes", no_answer]`,
		`positive: ["yes"], scoring: true`, `positive: ["yes"]`,
		`{id: tier, values: ["1", "2", "3"]}`, `{id: tier, values: ["1", "2", "3", "4"]}`,
		`hidden_while_open: true`, `suppress_below: 9`,
		`name: "Delivery",`, `name: "Delivering",`,
		`  - {name: weak, from: 0}`, ``,
	)
	want := `~ section 2: name: Delivery -> Delivering
- band weak: from 0
~ question 1.1.01: relevant: true -> case.report != ""
~ question 1.1.02: outcomes: 1 -> 1, 2
~ question 1.1.02: above_line: sufficient -> insufficient, sufficient
~ question 1.1.02: text: Is the plan good? -> Is the plan good enough?
~ question 2.1.01: criterion: 2.1 -> 2.2
~ question 2.1.01: judged: true -> false
+ question 2.2.92: Was the officer changed?
- question 2.2.91: Was the officer changed?
~ interview-question co.01: answers: yes, no, no_answer -> no, yes, no_answer
~ interview-question co.02: now for information only
~ interview-question co.02: above_line: yes -> (none)
~ instrument victims: suppress_below: 5 -> 9
~ instrument victims: hidden_while_open: true -> false
~ attribute tier: values: 1, 2, 3 -> 1, 2, 3, 4
`
	d := framework.Compare(from, to)
	if diff := cmp.Diff(want, d.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !d.MovesScores() || len(d.Of(framework.PartQuestion, "1.1.02")) != 3 {
		t.Errorf("the changes to 1.1.02 are %v", d.Of(framework.PartQuestion, "1.1.02"))
	}
	if same := framework.Compare(from, from); !same.Empty() || same.MovesScores() || same.String() != "no changes\n" {
		t.Errorf("compared with itself: %s", same)
	}
	if back := framework.Compare(to, from); len(back.Changes) != len(d.Changes) {
		t.Errorf("the way back has %d changes, the way there %d", len(back.Changes), len(d.Changes))
	}
}

// Dropping a question from scoring is moving its lines.
func TestDroppedFromScoring(t *testing.T) {
	t.Parallel()
	const lines = `  - id: "2.1.01"
    criterion: "2.1"
    text: "Does the plan fit the tier?"
    relevant: 'case.tier != "1"'
    judged: true
    scale: SI
    outcomes: [2, 1]
`
	d := framework.Compare(small(t), small(t, lines, "", "information_questions:\n", "information_questions:\n"+lines))
	want := []string{
		"~ question 2.1.01: now for information only",
		"~ question 2.1.01: outcomes: 1, 2 -> (none)",
	}
	if diff := cmp.Diff(want, d.Lines()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDiffAsJSON(t *testing.T) {
	t.Parallel()
	d := framework.Compare(small(t), small(t, "    judged: true", ""))
	d.From, d.To = "a", "b"
	got, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"from":"a","to":"b","changes":[{"part":"question","id":"2.1.01","what":"judged","field":"judged",` +
		`"before":"true","after":"false"}]}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got, err := json.Marshal(framework.Compare(small(t), small(t)).Changes); err != nil || string(got) != "[]" {
		t.Errorf("no changes are %s, %v", got, err)
	}
}
