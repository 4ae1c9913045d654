package scores_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/aboveline/aboveline/events"
)

const (
	dataset   = "../../deploy/examples/hampshire-2013"
	hampshire = events.InspectionID("hampshire-2013")
)

// hampshireScript is the reference data set as events: framework, inspection,
// cases, judgements.
func hampshireScript(t testing.TB) *script {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(dataset, "framework.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s := newScript()
	s.add(events.ProgrammeStream(), "", "", events.ProgrammeOpened{Name: "p"})
	s.publish(string(source))
	s.open(hampshire)
	head, rows := readCSV(t, "cases.csv")
	for _, row := range rows {
		var attributes []string
		for k := 1; k < len(head); k++ {
			attributes = append(attributes, head[k], row[k])
		}
		s.describe(hampshire, events.CaseID(row[0]), attributes...)
	}
	_, rows = readCSV(t, "judgements.csv")
	for _, row := range rows {
		s.judge(hampshire, events.CaseID(row[0]), events.QuestionID(row[1]), events.Answer(row[2]))
	}
	return s
}

func readCSV(t testing.TB, name string) (head []string, rows [][]string) {
	t.Helper()
	file, err := os.Open(filepath.Join(dataset, name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	all, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all[0], all[1:]
}

// expectation is what expected.json says, computed by other means.
type expectation struct {
	Outcomes []struct {
		Outcome   int    `json:"outcome"`
		Published int    `json:"published"`
		Exact     string `json:"computed_exact"`
		Rounded   int    `json:"computed_rounded"`
		Questions int    `json:"questions"`
	} `json:"outcomes"`
	Sections []struct {
		Section  int          `json:"section"`
		Computed *json.Number `json:"computed"`
		Rounded  *int         `json:"computed_rounded"`
		Criteria int          `json:"criteria_scored"`
	} `json:"sections"`
	Criteria []struct {
		Criterion string       `json:"criterion"`
		Computed  *json.Number `json:"computed"`
		Rounded   *int         `json:"computed_rounded"`
		Questions int          `json:"questions"`
	} `json:"criteria"`
	Questions []struct {
		Question events.QuestionID `json:"question"`
		Scored   bool              `json:"scored"`
		Above    int               `json:"above"`
		Relevant int               `json:"relevant"`
		Percent  *int              `json:"percent"`
	} `json:"questions"`
	Gender []struct {
		Outcome         int         `json:"outcome"`
		Female          int         `json:"female"`
		Male            int         `json:"male"`
		FemaleExact     json.Number `json:"female_exact"`
		MaleExact       json.Number `json:"male_exact"`
		FemaleQuestions int         `json:"female_questions"`
		MaleQuestions   int         `json:"male_questions"`
	} `json:"gender"`
	WrongRules map[string]struct {
		Values    map[int]int `json:"values"`
		ToldApart []int       `json:"outcomes_told_apart"`
	} `json:"wrong_rules"`
}

func readExpectation(t testing.TB) expectation {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dataset, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var x expectation
	if err := json.Unmarshal(raw, &x); err != nil {
		t.Fatal(err)
	}
	return x
}
