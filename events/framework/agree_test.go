package framework

import (
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/aboveline/aboveline/events"
)

func base(t testing.TB, edits ...string) *Framework {
	t.Helper()
	source, err := os.ReadFile("testdata/base.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f, err := Parse("base.yaml", []byte(strings.NewReplacer(edits...).Replace(string(source))))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// subject draws something to look at and the values it can have.
func subject(t *rapid.T, f *Framework) (string, []string) {
	if rapid.Bool().Draw(t, "attribute") {
		a := rapid.SampledFrom(f.Attributes).Draw(t, "attribute name")
		form := rapid.SampledFrom([]string{"case." + a.Name, `case["` + a.Name + `"]`}).Draw(t, "form")
		return form, append([]string{""}, a.Values...)
	}
	q := rapid.SampledFrom(f.Questions).Draw(t, "question")
	values := []string{""}
	for _, a := range q.Answers {
		values = append(values, string(a))
	}
	return `answer["` + string(q.ID) + `"]`, values
}

// ruleText draws a rule of the common forms.
func ruleText(t *rapid.T, f *Framework, depth int) string {
	if depth > 0 {
		switch rapid.IntRange(0, 4).Draw(t, "shape") {
		case 0:
			return "(" + ruleText(t, f, depth-1) + " && " + ruleText(t, f, depth-1) + ")"
		case 1:
			return "(" + ruleText(t, f, depth-1) + " || " + ruleText(t, f, depth-1) + ")"
		case 2:
			return "!(" + ruleText(t, f, depth-1) + ")"
		}
	}
	what, values := subject(t, f)
	quoted := func() string { return `"` + rapid.SampledFrom(values).Draw(t, "value") + `"` }
	switch rapid.IntRange(0, 6).Draw(t, "form") {
	case 0:
		return rapid.SampledFrom([]string{"true", "false"}).Draw(t, "constant")
	case 1:
		return what + " != " + quoted()
	case 2:
		return quoted() + " == " + what
	case 3:
		other, _ := subject(t, f)
		return what + rapid.SampledFrom([]string{" == ", " != "}).Draw(t, "sign") + other
	case 4:
		var list []string
		for range rapid.IntRange(0, 3).Draw(t, "length") {
			list = append(list, quoted())
		}
		return what + " in [" + strings.Join(list, ", ") + "]"
	default:
		return what + " == " + quoted()
	}
}

// drawnCase is a case with any of the possible values, some not given.
type drawnCase struct {
	attributes map[string]string
	answers    map[events.QuestionID]events.Answer
}

func (c drawnCase) Attribute(name string) (string, bool) {
	v, ok := c.attributes[name]
	return v, ok
}

func (c drawnCase) Answer(q events.QuestionID) (events.Answer, bool) {
	a, ok := c.answers[q]
	return a, ok
}

func drawCase(t *rapid.T, f *Framework) drawnCase {
	c := drawnCase{map[string]string{}, map[events.QuestionID]events.Answer{}}
	for _, a := range f.Attributes {
		if rapid.IntRange(0, 4).Draw(t, "given") > 0 {
			c.attributes[a.Name] = rapid.SampledFrom(a.Values).Draw(t, a.Name)
		}
	}
	for _, q := range f.Questions {
		if rapid.IntRange(0, 4).Draw(t, "given") > 0 {
			c.answers[q.ID] = rapid.SampledFrom(q.Answers).Draw(t, string(q.ID))
		}
	}
	return c
}

// The tree that common forms are lowered to and CEL itself must always agree.
func TestLoweredRulesAgreeWithCEL(t *testing.T) {
	t.Parallel()
	f := base(t)
	rapid.Check(t, func(t *rapid.T) {
		source := ruleText(t, f, 3)
		lowered, wrong := f.compile(source)
		if len(wrong) > 0 {
			t.Fatalf("%s: %v", source, wrong)
		}
		if lowered.root == nil {
			t.Fatalf("%s is of the common forms but was not lowered", source)
		}
		checked, issues := f.index.environment.Compile(source)
		if issues.Err() != nil {
			t.Fatal(issues.Err())
		}
		program, err := f.program(checked)
		if err != nil {
			t.Fatal(err)
		}
		byCEL := &rule{program: program, attributes: lowered.attributes, answers: lowered.answers}
		for range 5 {
			c := drawCase(t, f)
			plain := evaluation{c: c}
			keeping := evaluation{c: c, known: make([]truth, len(f.Questions))}
			cel := evaluation{c: c}
			want := cel.holds(byCEL)
			if got := plain.holds(lowered); got != want || cel.failed != nil {
				t.Fatalf("%s over %v: lowered %v, CEL %v (%v)", source, c, got, want, cel.failed)
			}
			if got := keeping.holds(lowered); got != want {
				t.Fatalf("%s over %v: keeping results %v, CEL %v", source, c, got, want)
			}
		}
	})
}

// A question that is found unreachable is relevant to no case drawn, and one
// that is not has a case: the search is exact within its bounds.
func TestUnreachableIsExact(t *testing.T) {
	t.Parallel()
	f := base(t, `case.officer.startsWith("O") && size(case.tier) == 1`, `case.officer != "" && case.tier != ""`)
	rapid.Check(t, func(t *rapid.T) {
		source := ruleText(t, f, 3)
		r, wrong := f.compile(source)
		if len(wrong) > 0 {
			t.Fatalf("%s: %v", source, wrong)
		}
		newSums(len(f.Questions)).add(r)
		q := &Question{ID: "drawn", rule: r}
		search := &trial{f: f, left: maxTrials, never: make([]bool, len(f.Questions))}
		reachable := search.reachable(q)
		if reachable {
			if !f.Relevant(q, search) {
				t.Fatalf("%s: the case that was found does not make it true", source)
			}
			return
		}
		for range 50 {
			if c := drawCase(t, f); f.Relevant(q, c) {
				t.Fatalf("%s holds for %v", source, c)
			}
		}
	})
}

// The places of a scalar's characters are where these characters are.
func TestPlacesOfScalars(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"a: plain text\n", "a: 'it''s ''quoted'''\n", "a: \"tab\\tand \\u00e9 é\"\n", "a: |\n  one\n    two\n  three\n",
		"a: >-\n  one\n  two\n\n  three\n", "a: 'folded\n  over lines\n\n  twice'\n",
		"{é: 'x', a: 'y'}\n", "é: x\na: y z\n",
	} {
		f := &findings{}
		o, _ := value{f: f, node: document(f, text)}.objectOf(func(string) string { return "" })
		v := o.field("a")
		content, ok := v.text()
		if !ok {
			t.Fatalf("%q: %v", text, f.found)
		}
		all := newLines(text)
		places := all.spread(v, []rune(content))
		for i, r := range []rune(content) {
			p := places[i]
			there := all[p.line-1][p.column-1]
			if there != r && there != '\\' && (r != ' ' || there != '\n') {
				t.Errorf("%q: character %d, %q, is placed at %d:%d, %q", text, i, r, p.line, p.column, there)
			}
		}
	}
}
