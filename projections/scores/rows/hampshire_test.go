package rows_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/aboveline/aboveline/events"
)

const (
	dataset   = "../../../deploy/examples/hampshire-2013"
	hampshire = events.InspectionID("hampshire-2013")
)

// hampshireBook is the reference data set: framework, inspection, cases and
// judgements, the latter two once for each of n inspections.
func hampshireBook(t testing.TB, p events.Programme, n int) *book {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(dataset, "framework.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	head, cases := readCSV(t, "cases.csv")
	_, judgements := readCSV(t, "judgements.csv")
	b := newBook(p)
	b.add(events.ProgrammeStream(), "", "", events.ProgrammeOpened{Name: string(p)})
	b.publish(string(source))
	for k := range n {
		i := hampshire
		if k > 0 {
			i = events.InspectionID(fmt.Sprintf("%s-%d", hampshire, k))
		}
		b.open(i)
		for _, row := range cases {
			attributes := map[string]*string{}
			for c := 1; c < len(head); c++ {
				if row[c] != "" {
					attributes[head[c]] = &row[c]
				}
			}
			b.describe(i, events.CaseID(row[0]), attributes)
		}
		for _, row := range judgements {
			b.judge(i, events.CaseID(row[0]), events.QuestionID(row[1]), events.Answer(row[2]))
		}
	}
	return b
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
		Exact     string `json:"computed_exact"`
		Published int    `json:"published"`
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
