package framework_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
)

// example is a file of the data set of the 2013 inspection.
func example(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "deploy", "examples", "hampshire-2013", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func reference(t testing.TB) *framework.Framework {
	t.Helper()
	f, err := framework.Parse("framework.yaml", example(t, "framework.yaml"))
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	return f
}

// rows reads a CSV file of the data set as one map per row.
func rows(t testing.TB, name string) []map[string]string {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "deploy", "examples", "hampshire-2013", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	all, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := make([]map[string]string, 0, len(all)-1)
	for _, record := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = record[i]
		}
		out = append(out, row)
	}
	return out
}

// caseFile is a case as a rule sees it.
type caseFile struct {
	attributes map[string]string
	answers    map[events.QuestionID]events.Answer
}

func (c caseFile) Attribute(name string) (string, bool) {
	v, ok := c.attributes[name]
	return v, ok
}

func (c caseFile) Answer(q events.QuestionID) (events.Answer, bool) {
	a, ok := c.answers[q]
	return a, ok
}

// caseFiles are the 85 cases with the judgements on them.
func caseFiles(t testing.TB) map[string]caseFile {
	t.Helper()
	cases := map[string]caseFile{}
	for _, row := range rows(t, "cases.csv") {
		id := row["case_id"]
		delete(row, "case_id")
		cases[id] = caseFile{row, map[events.QuestionID]events.Answer{}}
	}
	for _, row := range rows(t, "judgements.csv") {
		cases[row["case_id"]].answers[events.QuestionID(row["question_id"])] = events.Answer(row["answer"])
	}
	return cases
}

func TestReferenceCounts(t *testing.T) {
	t.Parallel()
	f := reference(t)
	got := map[string]int{
		"outcomes": len(f.Outcomes), "sections": len(f.Sections), "criteria": len(f.Criteria),
		"absent cells": len(f.AbsentCells), "scales": len(f.Scales), "attributes": len(f.Attributes),
		"measures": len(f.Measures), "factors": len(f.Factors), "instruments": len(f.Instruments),
		"in order": len(f.RuleOrder()),
	}
	for _, q := range f.Questions {
		if q.Scored {
			got["scoring"]++
		} else {
			got["information"]++
		}
		if q.Judged {
			got["judged"]++
		}
		if len(q.Outcomes) > 1 {
			got["shared"]++
		}
		if q.Always() {
			got["always"]++
		}
	}
	for _, s := range f.Interviews {
		got[s.Role] = len(s.Questions)
	}
	for _, i := range f.Instruments {
		got[string(i.ID)] = len(i.Questions)
	}
	want := map[string]int{
		"outcomes": 5, "sections": 5, "criteria": 19, "absent cells": 6, "scales": 5, "attributes": 44,
		"measures": 9, "factors": 10, "instruments": 2, "in order": 168, "scoring": 130, "information": 38, "judged": 31,
		"shared": 6, "always": 64, "offender-manager": 28, "sentencer": 13, "victims": 12, "offender-survey": 12,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

func TestReferenceParts(t *testing.T) {
	t.Parallel()
	f := reference(t)
	q, ok := f.Question("4.1.11")
	if !ok || !q.Above("sufficient") || q.Above("not_done") || !q.Allows("not_done") || q.Allows("yes") {
		t.Errorf("question 4.1.11 = %+v, %v", q, ok)
	}
	s, _ := f.Interview("offender-manager")
	if !slices.Equal(s.Grades, []string{"PO", "PSO", "other"}) || len(s.LDUs) != 3 {
		t.Errorf("offender managers have grades %v and units %v", s.Grades, s.LDUs)
	}
	if s, _ := f.Interview("sentencer"); !slices.Equal(s.Grades, []string{"judge", "magistrate"}) || len(s.LDUs) != 0 {
		t.Errorf("sentencers have grades %v and units %v", s.Grades, s.LDUs)
	}
	a, _ := f.Attribute("om_id")
	if len(a.Values) != 71 || a.Values[0] != "O01" || a.Values[70] != "O71" {
		t.Errorf("om_id has the values %v", a.Values)
	}
	if o, _ := f.Outcome(4); *o.PublishedScore != 76 {
		t.Errorf("outcome 4 was published as %d", *o.PublishedScore)
	}
	if m, _ := f.Measure("quality_sufficient"); m.Of != "taken_up" || m.Question != "5.5.03" {
		t.Errorf("measure quality_sufficient = %+v", m)
	}
	if i, _ := f.Instrument("victims"); i.SuppressBelow != 0 {
		t.Errorf("victims' answers are suppressed below %d", i.SuppressBelow)
	}
	if f.ID != "iaow-2013-hampshire" || f.Published != "2013-10" || len(f.Hash) != 64 {
		t.Errorf("framework %q, published %q, hash %q", f.ID, f.Published, f.Hash)
	}
}

// The rules must say what the assessors did: an unjudged question has an answer
// other than not_applicable exactly where its rule holds, and a judged one has
// not_applicable wherever its rule does not hold.
func TestReferenceRulesAgreeWithJudgements(t *testing.T) {
	t.Parallel()
	f := reference(t)
	checked := 0
	for id, c := range caseFiles(t) {
		for i := range f.Questions {
			q := &f.Questions[i]
			a, given := c.Answer(q.ID)
			relevant, decided := f.Decided(q, c)
			if !given || !decided {
				t.Fatalf("case %s, question %s: given %v, decided %v", id, q.ID, given, decided)
			}
			applies := a != events.NotApplicable
			if applies && !relevant || !applies && relevant && !q.Judged {
				t.Errorf("case %s, question %s: answer %q, rule %s is %v", id, q.ID, a, q.Relevant, relevant)
			}
			checked++
		}
	}
	if checked != 85*168 {
		t.Errorf("checked %d judgements", checked)
	}
}
