package framework_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
)

func small(t testing.TB, edits ...string) *framework.Framework {
	t.Helper()
	base, err := os.ReadFile("testdata/base.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f, err := framework.Parse("base.yaml", []byte(strings.NewReplacer(edits...).Replace(string(base))))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func question(t testing.TB, f *framework.Framework, id events.QuestionID) *framework.Question {
	t.Helper()
	q, ok := f.Question(id)
	if !ok {
		t.Fatalf("no question %s", id)
	}
	return q
}

func ids(qs []*framework.Question) string {
	var s []string
	for _, q := range qs {
		s = append(s, string(q.ID))
	}
	return strings.Join(s, " ")
}

type (
	attributes = map[string]string
	answers    = map[events.QuestionID]events.Answer
)

func TestRelevantAndDecided(t *testing.T) {
	t.Parallel()
	f := small(t, `relevant: 'true'`, `relevant: 'case.report != "oral"'`)
	for name, c := range map[string]struct {
		file              caseFile
		relevant, decided bool
	}{
		"nothing known":            {caseFile{}, false, false},
		"holds":                    {caseFile{attributes{"report": "full"}, answers{"1.1.01": "yes"}}, true, true},
		"does not hold":            {caseFile{attributes{"report": "none"}, answers{"1.1.01": "yes"}}, false, true},
		"answer missing":           {caseFile{attributes{"report": "full"}, nil}, false, false},
		"attribute missing":        {caseFile{nil, answers{"1.1.01": "yes"}}, false, false},
		"answer is none by rule":   {caseFile{attributes{"report": "oral"}, answers{"1.1.01": "yes"}}, false, true},
		"attribute given as empty": {caseFile{attributes{"report": ""}, answers{"1.1.01": "yes"}}, false, true},
	} {
		relevant, decided := f.Decided(question(t, f, "1.1.02"), c.file)
		if relevant != c.relevant || decided != c.decided {
			t.Errorf("%s: relevant %v, decided %v", name, relevant, decided)
		}
	}
}

// An answer whose own rule is false is no answer, through any number of rules.
func TestAnswerOutOfForceReadsEmpty(t *testing.T) {
	t.Parallel()
	f := small(
		t,
		`relevant: 'true'`, `relevant: 'case.tier == "1"'`,
		`relevant: 'answer["1.1.01"] == "yes" && case.report in ["full", "short"]'`, `relevant: 'answer["1.1.01"] == "yes"'`,
		`relevant: 'case.tier != "1"'`, `relevant: 'answer["1.1.02"] == ""'`,
	)
	file := caseFile{attributes{"tier": "1"}, answers{"1.1.01": "yes", "1.1.02": "sufficient"}}
	if f.Relevant(question(t, f, "2.1.01"), file) {
		t.Error("2.1.01 is relevant though 1.1.02 is answered")
	}
	file.attributes["tier"] = "2"
	if !f.Relevant(question(t, f, "2.1.01"), file) {
		t.Error("2.1.01 is not relevant though no rule before it holds")
	}
	if _, decided := f.Decided(question(t, f, "2.1.01"), caseFile{nil, file.answers}); decided {
		t.Error("2.1.01 is decided without the attribute that the rule of 1.1.01 looks at")
	}
	if got := ids(f.DependentsOnAttribute("tier")); got != "1.1.01 1.1.02 2.1.01 2.2.91" {
		t.Errorf("on tier depend %s", got)
	}
	if got := ids(f.DependentsOnAnswer("1.1.01")); got != "1.1.02 2.1.01" {
		t.Errorf("on 1.1.01 depend %s", got)
	}
	if got := f.DependentsOnAnswer("2.1.01"); got != nil {
		t.Errorf("on 2.1.01 depend %s", ids(got))
	}
}

// A question may look at one that stands after it; the order puts it behind.
func TestRuleOrder(t *testing.T) {
	t.Parallel()
	f := small(t, `relevant: 'true'`, `relevant: 'answer["2.2.91"] == "yes"'`)
	if got := ids(f.RuleOrder()); got != "2.2.91 1.1.01 1.1.02 2.1.01" {
		t.Errorf("order %s", got)
	}
	ref := reference(t)
	done := map[events.QuestionID]bool{}
	for _, q := range ref.RuleOrder() {
		_, looks := q.LooksAt()
		for _, other := range looks {
			if !done[other.ID] {
				t.Errorf("%s comes before %s", q.ID, other.ID)
			}
		}
		done[q.ID] = true
	}
}

// Rules that lean on each other many times over are evaluated in linear time.
func TestManyRulesInARow(t *testing.T) {
	t.Parallel()
	var extra strings.Builder
	const n = 60
	for i := 1; i <= n; i++ {
		rule := `answer["2.2.91"] == "yes"`
		if i > 1 {
			rule = fmt.Sprintf(`answer["x.%d"] == "no" || answer["x.%d"] == "yes"`, i-1, i-1)
		}
		fmt.Fprintf(&extra, "  - {id: x.%d, criterion: \"2.2\", text: x, relevant: '%s', scale: YN}\n", i, rule)
	}
	f := small(t, "\ninterview_case_officer:", extra.String()+"\ninterview_case_officer:")
	file := caseFile{attributes{"officer": "O08", "tier": "1"}, answers{"2.2.91": "yes"}}
	for i := 1; i <= n; i++ {
		file.answers[events.QuestionID(fmt.Sprintf("x.%d", i))] = "yes"
	}
	last := question(t, f, events.QuestionID(fmt.Sprintf("x.%d", n)))
	if !f.Relevant(last, file) {
		t.Error("the last question is not relevant")
	}
	file.attributes["officer"] = ""
	if f.Relevant(last, file) {
		t.Error("the last question is relevant though the first is not")
	}
}

func TestWhere(t *testing.T) {
	t.Parallel()
	f := reference(t)
	cases := caseFiles(t)
	for expr, want := range map[string]int{
		`true`:                             85,
		`case.gender == "female"`:          10,
		`case.report in ["full", "short"]`: 38,
		`case.report != "none" && case.gender != "male"`: 9,
		`answer["1.1.08"] in ["sufficient"]`:             -1,
		`case.om_id.startsWith("O0")`:                    -1,
		`!(case.gender == "female")`:                     75,
		`case["gender"] == "female" ? true : false`:      10,
		`["female", "male"].exists(g, g == case.gender)`: 85,
	} {
		where, err := f.Where(expr)
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			continue
		}
		n := 0
		for _, c := range cases {
			if where(c) {
				n++
			}
		}
		if want >= 0 && n != want || want < 0 && (n == 0 || n == 85) {
			t.Errorf("%s holds for %d cases, want %d", expr, n, want)
		}
	}
}

func TestWhereRefuses(t *testing.T) {
	t.Parallel()
	f := small(t)
	for expr, want := range map[string]string{
		``:                               `where:1:1: the rule is empty`,
		`case.gendr == "female"`:         `where:1:6: unknown attribute "gendr"`,
		"case.tier == \"1\" &&\n case.x": `where:2:7: unknown attribute "x"`,
		`case.tier == "9"`:               `where:1:14: attribute tier cannot be "9"`,
		`case.tier`:                      `where:1:6: the rule gives string`,
		`case.tier ==`:                   `where:1:13: the rule ends too early`,
		strings.Repeat("!", 5000):        `where:1:1: the rule has 5000 characters`,
		strings.Repeat("(", 2000):        `where:1:`,
	} {
		if _, err := f.Where(expr); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %s", expr, err, want)
		}
	}
}
