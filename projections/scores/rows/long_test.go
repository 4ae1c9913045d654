package rows_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aboveline/aboveline/events"
)

// longBook is an inspection of which every one of 15,000 judgements moves outcome
// 1: 150 questions, 100 cases, all answered, some revised, a framework that was
// edited on the way.
func longBook(t testing.TB, p events.Programme) *book {
	t.Helper()
	const questions, cases = 150, 94
	b := newBook(p)
	b.add(events.ProgrammeStream(), "", "", events.ProgrammeOpened{Name: string(p)})
	b.publish(wideFramework(questions, `"yes"`))
	b.open("long")
	for c := range cases {
		b.describe("long", caseID(c), nil)
	}
	answers := []events.Answer{"yes", "partly", "no", "yes"}
	for c := range cases {
		for q := range questions {
			b.judge("long", caseID(c), questionID(q), answers[(c*7+q*3+c*q)%len(answers)])
		}
		if c == cases/2 {
			b.publish(wideFramework(questions, `"yes", partly`))
		}
	}
	for k := range 15_000 - questions*cases {
		b.judge("long", caseID(k%cases), questionID(k%questions), answers[(k+1)%2*2])
	}
	return b
}

func caseID(c int) events.CaseID         { return events.CaseID(fmt.Sprintf("C%03d", c)) }
func questionID(q int) events.QuestionID { return events.QuestionID(fmt.Sprintf("1.1.%03d", q)) }

// wideFramework has so many questions, all of criterion 1.1.
func wideFramework(questions int, line string) string {
	var b strings.Builder
	gridFramework(&b)
	for q := range questions {
		fmt.Fprintf(&b, "  - {id: %q, criterion: \"1.1\", text: Question, relevant: \"true\", "+
			"answers: [\"yes\", partly, \"no\", not_applicable], above_line: [%s], outcomes: [1]}\n", questionID(q), line)
	}
	return b.String()
}
