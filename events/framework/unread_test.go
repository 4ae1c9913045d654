package framework_test

import (
	"strings"
	"testing"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
)

const (
	scaleOf  = "    scale: YN\n    outcomes: [1]"
	rescaled = "    answers: [good, weak]\n    above_line: [good]\n    outcomes: [1]\n" +
		"    earlier_answers: {\"yes\": good, \"no\": weak, unclear: null}"
)

// rescale edits the base: question 1.1.01 goes from yes and no to good and weak.
func rescale(t *testing.T) *framework.Framework { return rescaleAs(t, rescaled) }

func rescaleAs(t *testing.T, as string) *framework.Framework {
	t.Helper()
	return small(t, scaleOf, as, `answer["1.1.01"] == "yes"`, `answer["1.1.01"] == "good"`)
}

func TestEarlierAnswersReadAsTheFileSays(t *testing.T) {
	t.Parallel()
	f := rescale(t)
	q, _ := f.Question("1.1.01")
	for _, c := range []struct {
		given, reads events.Answer
		covered      bool
	}{
		{"good", "good", true},
		{"yes", "good", true},
		{"no", "weak", true},
		{"unclear", "", true},
		{"not_applicable", "", false},
		{"never", "", false},
		{"", "", false},
	} {
		if got := q.Reads(c.given); got != c.reads {
			t.Errorf("%q reads as %q, want %q", c.given, got, c.reads)
		}
		if got := q.Covers(c.given); got != c.covered {
			t.Errorf("%q is covered: %v, want %v", c.given, got, c.covered)
		}
	}
}

// A rule looks at what an earlier answer reads as; one to be judged again is not
// given, so that nothing is decided by it.
func TestRulesLookAtWhatAnEarlierAnswerReadsAs(t *testing.T) {
	t.Parallel()
	f := rescale(t)
	q, _ := f.Question("1.1.02")
	for given, want := range map[events.Answer][2]bool{
		"yes": {true, true}, "good": {true, true}, "no": {false, true}, "weak": {false, true},
		"unclear": {false, false}, "never": {false, false},
	} {
		c := caseFile{map[string]string{"report": "full"}, map[events.QuestionID]events.Answer{"1.1.01": given}}
		relevant, decided := f.Decided(q, c)
		if relevant != want[0] || decided != want[1] {
			t.Errorf("after %q: relevant %v, decided %v, want %v", given, relevant, decided, want)
		}
	}
}

// What was recorded and would have no reading is listed, all of it, at the line
// that says which answers the question has.
func TestUnreadListsWhatHasNoReading(t *testing.T) {
	t.Parallel()
	given := framework.Given{}
	for _, a := range []events.Answer{"yes", "no", "maybe", "maybe", "unclear"} {
		given.Add("1.1.01", a)
	}
	given.Add("2.1.01", "not_done")
	given.Add("9.9.99", "withdrawn with its question")
	given.Add("2.2.91", "yes")
	for name, c := range map[string]struct {
		framework *framework.Framework
		want      []string
	}{
		"as it was": {small(t), []string{
			`base.yaml:39:12: questions[1.1.01].earlier_answers: 2 cases have the answer "maybe"`,
			`base.yaml:39:12: questions[1.1.01].earlier_answers: 1 case has the answer "unclear"`,
			`base.yaml:55:12: questions[2.1.01].earlier_answers: 1 case has the answer "not_done", ` +
				`which is not among the answers (sufficient, insufficient, not_applicable)`,
		}},
		"rescaled": {rescale(t), []string{
			`base.yaml:39:14: questions[1.1.01].earlier_answers: 2 cases have the answer "maybe"`,
			`base.yaml:57:12: questions[2.1.01].earlier_answers: 1 case has the answer "not_done"`,
		}},
	} {
		got := c.framework.Unread(nil, given)
		if len(got) != len(c.want) {
			t.Errorf("%s: %v", name, got)
			continue
		}
		for n, p := range got {
			if !strings.HasPrefix(p.String(), c.want[n]) {
				t.Errorf("%s: %s, want %s", name, p, c.want[n])
			}
		}
	}
	if got := small(t).Unread(nil, framework.Given{"1.1.01": {"yes": 3, "gone": 0}}); got != nil {
		t.Errorf("with nothing to complain about: %v", got)
	}
}

// Only what is read now and would not be any more is lost.
func TestLosesComparesWithTheFrameworkInForce(t *testing.T) {
	t.Parallel()
	fresh := small(t, `id: "2.2.91"`, `id: "2.2.92"`)
	for name, c := range map[string]struct {
		next, before *framework.Framework
		question     events.QuestionID
		answer       events.Answer
		want         bool
	}{
		"read by both":                         {rescale(t), small(t), "1.1.01", "yes", false},
		"read by the one in force":             {rescale(t), small(t), "1.1.01", "not_applicable", true},
		"to be judged again":                   {rescale(t), small(t), "1.1.01", "unclear", false},
		"read by neither":                      {rescale(t), small(t), "1.1.01", "odd", false},
		"no longer to be judged again":         {small(t), rescale(t), "1.1.01", "unclear", true},
		"a question that comes back":           {small(t), fresh, "2.2.91", "odd", true},
		"a question that comes back as it was": {small(t), fresh, "2.2.91", "yes", false},
		"a question that is withdrawn":         {fresh, small(t), "2.2.91", "yes", false},
		"the first framework":                  {small(t), nil, "2.1.01", "odd", true},
	} {
		if got := c.next.Loses(c.before, c.question, c.answer); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestCompareShowsEarlierAnswers(t *testing.T) {
	t.Parallel()
	d := framework.Compare(rescale(t), rescaleAs(t, strings.Replace(rescaled, "unclear: null", "unclear: weak", 1)))
	want := "~ question 1.1.01: earlier_answers: no = weak, unclear = judge again, yes = good -> " +
		"no = weak, unclear = weak, yes = good\n"
	if d.String() != want || !d.MovesScores() {
		t.Errorf("%s (moves scores: %v), want\n%s", d, d.MovesScores(), want)
	}
}
