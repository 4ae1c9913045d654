package scores_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// spec is a framework as the tests write one: the grid of the 2013 report, with
// questions of their own.
type spec struct {
	attributes []attributeSpec
	questions  []questionSpec
}

type attributeSpec struct {
	name   string
	values []string
}

type questionSpec struct {
	id, criterion   string
	answers, line   []string
	outcomes        []int
	rule            rule
	earlier         map[string]string // what answers of earlier scales read as; "" is to be judged again
	judged, unasked bool              // unasked for a score: an information question
}

// grid lists the criteria by section.
var grid = [][]string{
	{"1.1", "2.1", "3.1", "4.1", "5.1"},
	{"2.2", "3.2", "4.2", "5.2"},
	{"2.3", "3.3", "4.3", "5.3"},
	{"1.4", "2.4", "3.4", "4.4", "5.4"},
	{"5.5"},
}

// yaml writes the framework file.
func (s spec) yaml() string {
	var b strings.Builder
	b.WriteString("meta:\n  framework_id: test\noutcomes:\n")
	for n := 1; n <= 5; n++ {
		fmt.Fprintf(&b, "  - {number: %d, id: outcome-%d, name: Outcome %d}\n", n, n, n)
	}
	b.WriteString("sections:\n")
	for i, criteria := range grid {
		fmt.Fprintf(&b, "  - {number: %d, id: section-%d, name: Section %d, criteria: %s}\n",
			i+1, i+1, i+1, quoted(criteria))
	}
	b.WriteString("criteria:\n")
	for i, criteria := range grid {
		for _, c := range criteria {
			fmt.Fprintf(&b, "  - {id: %q, name: Criterion, outcome: %s, section: %d}\n", c, c[:1], i+1)
		}
	}
	if len(s.attributes) > 0 {
		b.WriteString("case_attributes:\n")
	}
	for _, a := range s.attributes {
		fmt.Fprintf(&b, "  - {id: %s, values: %s}\n", a.name, quoted(a.values))
	}
	s.list(&b, "questions", false)
	s.list(&b, "information_questions", true)
	return b.String()
}

func (s spec) list(b *strings.Builder, name string, unasked bool) {
	if !slices.ContainsFunc(s.questions, func(q questionSpec) bool { return q.unasked == unasked }) {
		return
	}
	fmt.Fprintf(b, "%s:\n", name)
	for _, q := range s.questions {
		if q.unasked != unasked {
			continue
		}
		fmt.Fprintf(b, "  - id: %q\n    criterion: %q\n    text: Question\n    relevant: %s\n",
			q.id, q.criterion, strconv.Quote(q.rule.cel()))
		fmt.Fprintf(b, "    answers: %s\n    above_line: %s\n", quoted(q.answers), quoted(q.line))
		if len(q.earlier) > 0 {
			b.WriteString("    earlier_answers:\n")
		}
		for _, was := range slices.Sorted(maps.Keys(q.earlier)) {
			now := "null"
			if q.earlier[was] != "" {
				now = strconv.Quote(q.earlier[was])
			}
			fmt.Fprintf(b, "      %q: %s\n", was, now)
		}
		if q.judged {
			b.WriteString("    judged: true\n")
		}
		if !unasked {
			fmt.Fprintf(b, "    outcomes: %s\n", strings.ReplaceAll(fmt.Sprint(q.outcomes), " ", ", "))
		}
	}
}

func quoted(texts []string) string {
	var q []string
	for _, t := range texts {
		q = append(q, strconv.Quote(t))
	}
	return "[" + strings.Join(q, ", ") + "]"
}

// rule is a relevance rule that can be written as CEL and evaluated without it.
type rule interface {
	cel() string
	holds(attribute func(string) string, answer func(string) string) bool
}

type always struct{}

func (always) cel() string                         { return "true" }
func (always) holds(_, _ func(string) string) bool { return true }

// raw is a rule that is only written, for scenarios.
type raw string

func (r raw) cel() string { return string(r) }
func (raw) holds(_, _ func(string) string) bool {
	panic("a scenario's rule is evaluated by the framework")
}

type attributeIn struct {
	name   string
	values []string
}

func (r attributeIn) cel() string { return "case." + r.name + " in " + quoted(r.values) }
func (r attributeIn) holds(attribute, _ func(string) string) bool {
	return slices.Contains(r.values, attribute(r.name))
}

type answerIs struct{ question, value string }

func (r answerIs) cel() string { return fmt.Sprintf("answer[%q] == %q", r.question, r.value) }
func (r answerIs) holds(_, answer func(string) string) bool {
	return answer(r.question) == r.value
}

type answerIsNot struct{ question, value string }

func (r answerIsNot) cel() string { return fmt.Sprintf("answer[%q] != %q", r.question, r.value) }
func (r answerIsNot) holds(_, answer func(string) string) bool {
	return answer(r.question) != r.value
}

type both struct{ a, b rule }

func (r both) cel() string { return r.a.cel() + " && " + r.b.cel() }
func (r both) holds(attribute, answer func(string) string) bool {
	return r.a.holds(attribute, answer) && r.b.holds(attribute, answer)
}

type either struct{ a, b rule }

func (r either) cel() string { return r.a.cel() + " || " + r.b.cel() }
func (r either) holds(attribute, answer func(string) string) bool {
	return r.a.holds(attribute, answer) || r.b.holds(attribute, answer)
}
