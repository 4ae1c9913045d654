package rows_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pgregory.net/rapid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
)

// grid lists the criteria by section.
var grid = [][]string{
	{"1.1", "2.1", "3.1", "4.1", "5.1"},
	{"2.2", "3.2", "4.2", "5.2"},
	{"2.3", "3.3", "4.3", "5.3"},
	{"1.4", "2.4", "3.4", "4.4", "5.4"},
	{"5.5"},
}

var someInspections = []events.InspectionID{"north", "south"}

// drawFramework draws a framework of up to five questions, some of which depend on
// others or on the tier of a case. Its questions are q1 and some of q2 to q5.
func drawFramework(t *rapid.T) (source string, questions []string) {
	var b strings.Builder
	gridFramework(&b)
	criteria := slices.Concat(grid...)
	for n := 1; n <= 5; n++ {
		id := "q" + strconv.Itoa(n)
		if n > 1 && rapid.IntRange(0, 3).Draw(t, "leaves out "+id) == 0 {
			continue
		}
		rules := []string{"true", `case.tier == "1"`}
		for _, other := range questions {
			rules = append(rules, fmt.Sprintf("answer[%q] == \"yes\"", other), fmt.Sprintf("answer[%q] != \"no\"", other))
		}
		criterion := rapid.SampledFrom(criteria).Draw(t, "criterion of "+id)
		fmt.Fprintf(&b, "  - id: %s\n    criterion: %q\n    text: Question\n    relevant: %s\n    judged: %t\n",
			id, criterion, strconv.Quote(rapid.SampledFrom(rules).Draw(t, "rule of "+id)), rapid.Bool().Draw(t, "judged "+id))
		fmt.Fprintf(&b, "    answers: [\"yes\", partly, \"no\", not_applicable]\n    above_line: [%s]\n    outcomes: [%s]\n",
			rapid.SampledFrom([]string{`"yes"`, `"yes", partly`}).Draw(t, "line of "+id), criterion[:1])
		questions = append(questions, id)
	}
	if _, err := framework.Parse("drawn", []byte(b.String())); err != nil {
		t.Fatalf("the drawn framework does not parse: %v\n%s", err, b.String())
	}
	return b.String(), questions
}

// drawBook draws a programme of two inspections: cases described and corrected,
// judgements given, revised and withdrawn, frameworks published and restored in between.
func drawBook(t *rapid.T, p events.Programme, steps int) *book {
	b := newBook(p)
	b.add(events.ProgrammeStream(), "", "", events.ProgrammeOpened{Name: "p"})
	source, questions := drawFramework(t)
	b.publish(source)
	published := [][]string{questions}
	for _, i := range someInspections {
		b.open(i)
	}
	for range steps {
		i := rapid.SampledFrom(someInspections).Draw(t, "inspection")
		c := events.CaseID(fmt.Sprintf("C%d", rapid.IntRange(1, 3).Draw(t, "case")))
		kind := rapid.IntRange(0, 19).Draw(t, "kind")
		switch {
		case kind == 0:
			source, questions = drawFramework(t)
			b.publish(source)
			published = append(published, questions)
		case kind == 3 && b.frameworks > 1:
			revision := rapid.IntRange(1, b.frameworks).Draw(t, "restores")
			questions = published[revision-1]
			b.restore(revision)
		case kind <= 2 || b.revisions[events.CaseStream(i, c)] == 0:
			attributes := map[string]*string{"tier": nil}
			if tier := rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "tier"); tier != "" {
				attributes["tier"] = &tier
			}
			b.describe(i, c, attributes)
		default:
			q := events.QuestionID(rapid.SampledFrom(questions).Draw(t, "question"))
			answers := []events.Answer{"yes", "partly", "no", events.NotApplicable}
			if b.revisions[events.JudgementStream(i, c, q)] > 0 {
				answers = append(answers, "")
			}
			b.judge(i, c, q, rapid.SampledFrom(answers).Draw(t, "answer"))
		}
	}
	return b
}

// gridFramework writes everything of a framework before its questions.
func gridFramework(b *strings.Builder) {
	b.WriteString("meta:\n  framework_id: test\noutcomes:\n")
	for n := 1; n <= 5; n++ {
		fmt.Fprintf(b, "  - {number: %d, id: outcome-%d, name: Outcome %d}\n", n, n, n)
	}
	b.WriteString("sections:\n")
	for i, criteria := range grid {
		fmt.Fprintf(b, "  - {number: %d, id: section-%d, name: Section %d, criteria: [%s]}\n",
			i+1, i+1, i+1, `"`+strings.Join(criteria, `", "`)+`"`)
	}
	b.WriteString("criteria:\n")
	for i, criteria := range grid {
		for _, c := range criteria {
			fmt.Fprintf(b, "  - {id: %q, name: Criterion, outcome: %s, section: %d}\n", c, c[:1], i+1)
		}
	}
	b.WriteString("case_attributes:\n  - {id: tier, values: [\"1\", \"2\"]}\nquestions:\n")
}
