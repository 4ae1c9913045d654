package framework_test

import (
	"testing"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
)

func TestLookups(t *testing.T) {
	t.Parallel()
	f := reference(t)
	c, ok := f.Criterion("5.5")
	if !ok || c.Outcome != 5 || c.Section != 5 || c.BodyHeading != 4 {
		t.Errorf("criterion 5.5 is %+v", c)
	}
	if s, ok := f.Section(4); !ok || s.ID != "leadership-management" || len(s.Criteria) != 5 {
		t.Errorf("section 4 is %+v", s)
	}
	if x, ok := f.Factor("gang"); !ok || x.Group != "untabulated" {
		t.Errorf("factor gang is %+v", x)
	}
	if a, ok := f.Attribute("report"); !ok || !a.Allows("oral") || a.Allows("") {
		t.Errorf("attribute report is %+v", a)
	}
	s, _ := f.Interview("sentencer")
	q, ok := s.Question("se.04")
	if !ok || !q.Allows("no_answer") || q.Allows("maybe") || q.Above("no") || q.Scoring {
		t.Errorf("question se.04 is %+v", q)
	}
	if same, ok := f.Asked("se.04"); !ok || same != q {
		t.Errorf("asked is %+v", same)
	}
	i, _ := f.Instrument("offender-survey")
	if q, ok := i.Question("sv.02"); !ok || !q.Allows("recently_started") {
		t.Errorf("question sv.02 is %+v", q)
	}
	if _, ok := i.Question("vq.01"); ok {
		t.Error("the survey has a question of the victims' questionnaire")
	}
	for _, id := range []events.QuestionID{"", "om.01", "9.9.99"} {
		if _, ok := f.Question(id); ok {
			t.Errorf("the case tool has question %q", id)
		}
	}
	if _, ok := f.Outcome(6); ok {
		t.Error("there is an outcome 6")
	}
}

func TestScoringInterviewQuestion(t *testing.T) {
	t.Parallel()
	f := small(t)
	if q, _ := f.Asked("co.02"); !q.Scoring || !q.Above("yes") || q.Above("no") {
		t.Errorf("question co.02 is %+v", q)
	}
	if q, _ := f.Asked("co.01"); q.Scoring || q.Above("yes") {
		t.Errorf("question co.01 is %+v", q)
	}
	if i, _ := f.Instrument("victims"); i.SuppressBelow != framework.DefaultSuppressBelow || !i.HiddenWhileOpen {
		t.Errorf("instrument victims is %+v", i)
	}
}

func TestBands(t *testing.T) {
	t.Parallel()
	f := small(t, "{name: weak, from: 0}", "{name: weak, from: 40}")
	for percent, want := range map[int]string{100: "good", 75: "good", 74: "weak", 40: "weak", 39: ""} {
		if b, ok := f.Band(percent); b.Name != want || ok != (want != "") {
			t.Errorf("%d percent is %q, %v", percent, b.Name, ok)
		}
	}
}
