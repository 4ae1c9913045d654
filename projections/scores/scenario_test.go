package scores_test

import (
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/scores"
)

// TestScenarios runs the worked examples in testdata/scenarios; the README there
// says how they are written.
func TestScenarios(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/scenarios/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := &scenario{t: t, file: file}
			s.begin(newScript())
			for _, step := range steps(string(text)) {
				s.run(step)
			}
		})
	}
}

// step is a line without indentation and the lines below it.
type step struct {
	line  int
	words string
	below []line
}

type line struct {
	number int
	fields []string
}

func steps(text string) []step {
	var all []step
	for n, raw := range strings.Split(text, "\n") {
		content, _, _ := strings.Cut(raw, "#")
		fields := strings.Fields(content)
		switch {
		case len(fields) == 0:
		case !strings.HasPrefix(content, " "):
			all = append(all, step{n + 1, strings.Join(fields, " "), nil})
		default:
			last := &all[len(all)-1]
			last.below = append(last.below, line{n + 1, fields})
		}
	}
	return all
}

// scenario is a programme with one inspection that goes from step to step.
type scenario struct {
	t          *testing.T
	file       string
	inspection events.InspectionID
	script     *script
	fold       *scores.Fold
	applied    int
	history    []scores.Movement
	frameworks map[int]*framework.Framework
}

func (s *scenario) begin(from *script) {
	s.script, s.fold, s.applied, s.history = from, scores.New(), 0, nil
	s.frameworks = map[int]*framework.Framework{}
	s.inspection = hampshire
	if len(from.items) == 0 {
		s.inspection = "here"
		from.open(s.inspection)
	}
	s.apply()
}

// apply gives the fold what was scripted since.
func (s *scenario) apply() {
	apply(s.t, s.fold, s.script.items[s.applied:])
	s.applied = len(s.script.items)
	s.history = append(s.history, s.fold.Take().History...)
	fw, revision := s.fold.Framework()
	s.frameworks[revision] = fw
}

func (s *scenario) failf(number int, format string, args ...any) {
	s.t.Helper()
	s.t.Errorf("%s:%d: %s", s.file, number, fmt.Sprintf(format, args...))
}

func (s *scenario) run(one step) {
	s.t.Helper()
	words := one.words
	if q, ok := strings.CutPrefix(words, "the Hampshire reference set without "); ok {
		s.begin(hampshireWithout(s.t, q))
		return
	}
	if figure, ok := strings.CutPrefix(words, "changes of "); ok {
		s.changes(one, scores.FigureID(figure))
		return
	}
	if where, ok := strings.CutPrefix(words, "figures where "); ok {
		name, value, _ := strings.Cut(where, "=")
		tallies, _ := s.fold.TalliesWhere(s.inspection, func(c framework.CaseFile) bool {
			v, _ := c.Attribute(name)
			return v == value
		})
		s.figures(one, figuresOf(s.fold, tallies))
		return
	}
	switch words {
	case "the Hampshire reference set":
		s.begin(hampshireScript(s.t))
	case "framework":
		s.framework(one)
	case "cases":
		s.cases(one)
	case "answers":
		s.answers(one)
	case "tallies":
		s.tallies(one)
	case "figures":
		s.figures(one, figures(s.t, s.fold, s.inspection))
	default:
		s.t.Fatalf("%s:%d: no step is called %q", s.file, one.line, words)
	}
	s.apply()
}

func (s *scenario) framework(one step) {
	var fw spec
	for _, l := range one.below {
		text := strings.Join(l.fields, " ")
		if rest, ok := strings.CutPrefix(text, "attribute "); ok {
			name, values, _ := strings.Cut(rest, ":")
			fw.attributes = append(fw.attributes, attributeSpec{name, strings.Fields(values)})
			continue
		}
		q, err := readQuestion(text)
		if err != nil {
			s.t.Fatalf("%s:%d: %v", s.file, l.number, err)
		}
		fw.questions = append(fw.questions, q)
	}
	s.script.publish(fw.yaml())
}

// readQuestion reads `question ID [above | below] feeds N and N [when RULE] [judged]`.
func readQuestion(text string) (questionSpec, error) {
	text, judged := strings.CutSuffix(text, " judged")
	head, when, _ := strings.Cut(text, " when ")
	id, rest, ok := strings.Cut(strings.TrimPrefix(head, "question "), " [")
	scale, purpose, closed := strings.Cut(rest, "] ")
	above, below, barred := strings.Cut(scale, "|")
	if !ok || !closed || !barred {
		return questionSpec{}, fmt.Errorf("%q: want question ID [above | below] feeds N", text)
	}
	q := questionSpec{id: id, criterion: id[:3], rule: raw("true"), judged: judged, unasked: purpose == "for information"}
	if when != "" {
		q.rule = raw(when)
	}
	for a := range strings.FieldsSeq(above) {
		q.line = append(q.line, answerName(a))
	}
	q.answers = append(q.answers, q.line...)
	for a := range strings.FieldsSeq(below) {
		q.answers = append(q.answers, answerName(a))
	}
	if q.unasked {
		return q, nil
	}
	for n := range strings.SplitSeq(strings.TrimPrefix(purpose, "feeds "), " and ") {
		outcome, err := strconv.Atoi(n)
		if err != nil {
			return questionSpec{}, fmt.Errorf("%q: want feeds N and N: %w", text, err)
		}
		q.outcomes = append(q.outcomes, outcome)
	}
	return q, nil
}

func answerName(short string) string {
	if short == "n/a" {
		return string(events.NotApplicable)
	}
	return short
}

func (s *scenario) cases(one step) {
	for _, l := range one.below {
		var attributes []string
		for _, f := range l.fields[1:] {
			name, value, _ := strings.Cut(f, "=")
			attributes = append(attributes, name, value)
		}
		s.script.describe(s.inspection, events.CaseID(l.fields[0]), attributes...)
	}
}

func (s *scenario) answers(one step) {
	head := one.below[0].fields
	for _, c := range head {
		if id := events.CaseID(c); s.script.revisions[events.CaseStream(s.inspection, id)] == 0 {
			s.script.describe(s.inspection, id)
		}
	}
	for _, l := range one.below[1:] {
		if len(l.fields) != len(head)+1 {
			s.t.Fatalf("%s:%d: %d answers for %d cases", s.file, l.number, len(l.fields)-1, len(head))
		}
		for k, a := range l.fields[1:] {
			answer := events.Answer(answerName(a))
			switch a {
			case "-":
				continue
			case "withdrawn":
				answer = ""
			}
			s.script.judge(s.inspection, events.CaseID(head[k]), events.QuestionID(l.fields[0]), answer)
		}
	}
}

func (s *scenario) tallies(one step) {
	s.t.Helper()
	tallies, _ := s.fold.Tallies(s.inspection)
	for _, l := range one.below {
		tally, known := tallies[events.QuestionID(l.fields[0])]
		got := fmt.Sprintf("%d of %d", tally.Above, tally.Relevant)
		if tally.Unanswered > 0 {
			got += fmt.Sprintf(", %d unanswered", tally.Unanswered)
		}
		if tally.Flagged > 0 {
			got += fmt.Sprintf(", %d flagged", tally.Flagged)
		}
		if want := strings.Join(l.fields[1:], " "); !known || got != want {
			s.failf(l.number, "question %s stands at %s, want %s", l.fields[0], got, want)
		}
	}
}

func (s *scenario) figures(one step, got map[scores.FigureID]scores.Figure) {
	s.t.Helper()
	for _, l := range one.below {
		f, known := got[scores.FigureID(l.fields[0])]
		if !known {
			s.t.Fatalf("%s:%d: there is no figure %s", s.file, l.number, l.fields[0])
		}
		for k := 1; k < len(l.fields); k++ {
			switch word := l.fields[k]; {
			case word == "from":
				s.from(l, f)
				k = len(l.fields)
			case word == "none" || strings.Contains(word, "/"):
				if v := written(f.Exact); v != word {
					s.failf(l.number, "%s is %s, want %s", f.Name, v, word)
				}
			case strings.HasSuffix(word, "%"):
				s.percent(l, f, strings.TrimSuffix(word, "%"))
			default:
				s.t.Fatalf("%s:%d: what is %q?", s.file, l.number, word)
			}
		}
	}
}

func (s *scenario) percent(l line, f scores.Figure, want string) {
	s.t.Helper()
	_, decimals, exact := strings.Cut(want, ".")
	if !exact {
		if p, ok := f.Percent(); !ok || strconv.Itoa(p) != want {
			s.failf(l.number, "%s prints %d%% (%t), want %s%%", f.Name, p, ok, want)
		}
		return
	}
	got := new(big.Rat).Mul(f.Exact, big.NewRat(100, 1)).FloatString(len(decimals))
	if got != want {
		s.failf(l.number, "%s is %s%%, want %s%%", f.Name, got, want)
	}
}

// from checks what a figure is made of: `from N questions`, `from N criteria`.
func (s *scenario) from(l line, f scores.Figure) {
	s.t.Helper()
	n, what := l.fields[len(l.fields)-2], l.fields[len(l.fields)-1]
	got := f.Questions
	if strings.HasPrefix(what, "criteri") {
		got = f.Criteria
	}
	if strconv.Itoa(got) != n {
		s.failf(l.number, "%s comes from %d %s, want %s", f.Name, got, what, n)
	}
}

func (s *scenario) changes(one step, figure scores.FigureID) {
	s.t.Helper()
	var got []string
	for _, c := range explained(s.t, s.frameworks, figure, s.history) {
		cause := fmt.Sprintf("framework %d", c.Framework)
		if len(c.Movements) > 0 && c.Movements[0].Case != "" {
			cause = string(c.Movements[0].Case)
		}
		got = append(got, fmt.Sprintf("%s -> %s (%s)", written(c.Before), written(c.After), cause))
	}
	for k, l := range one.below {
		if want := strings.Join(l.fields, " "); k >= len(got) || got[k] != want {
			s.failf(l.number, "want change %s; the changes are:\n  %s", want, strings.Join(got, "\n  "))
			return
		}
	}
	if len(got) != len(one.below) {
		s.failf(one.line, "%d changes, want %d:\n  %s", len(got), len(one.below), strings.Join(got, "\n  "))
	}
}

func written(v *big.Rat) string {
	if v == nil {
		return "none"
	}
	return v.String()
}

// hampshireWithout is the reference set under a framework that lacks a question.
func hampshireWithout(t testing.TB, id string) *script {
	t.Helper()
	s := hampshireScript(t)
	s2 := newScript()
	for _, one := range s.items {
		switch e := one.e.(type) {
		case events.FrameworkPublished:
			start := strings.Index(e.Source, "  - id: \""+id+"\"")
			if start < 0 {
				t.Fatalf("the framework has no question %s", id)
			}
			end := start + 1 + strings.Index(e.Source[start+1:], "\n  - id: ") + 1
			s2.publish(e.Source[:start] + e.Source[end-1:][1:])
		case events.JudgementRecorded:
			if string(e.Question) != id {
				s2.add(one.r.Stream, one.r.Inspection, one.r.Case, e)
			}
		default:
			s2.add(one.r.Stream, one.r.Inspection, one.r.Case, e)
		}
	}
	return s2
}
