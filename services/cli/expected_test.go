package cli_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"

	"github.com/aboveline/aboveline/services/query"
)

// summary is what expected.json and the scores both say, by figure.
type summary map[string]string

func readExpected() (summary, error) {
	b, err := os.ReadFile(filepath.Join(dataset, "expected.json"))
	if err != nil {
		return nil, err
	}
	var e struct {
		Outcomes []struct {
			Outcome   int
			Exact     string `json:"computed_exact"`
			Percent   int    `json:"computed_rounded"`
			Questions int
		}
		Criteria []struct {
			Criterion string
			Percent   *int `json:"computed_rounded"`
			Questions int
		}
		Sections []struct {
			Section  int
			Percent  *int `json:"computed_rounded"`
			Criteria int  `json:"criteria_scored"`
		}
		Questions []struct {
			Question        string
			Scored          bool
			Above, Relevant int
			Percent         *int
		}
	}
	if err := json.Unmarshal(b, &e); err != nil {
		return nil, err
	}
	s := summary{}
	for _, o := range e.Outcomes {
		s[fmt.Sprintf("outcome/%d", o.Outcome)] = fmt.Sprintf("%s %d%% of %d", o.Exact, o.Percent, o.Questions)
	}
	for _, c := range e.Criteria {
		s["criterion/"+c.Criterion] = fmt.Sprintf("%s of %d", percent(c.Percent), c.Questions)
	}
	for _, x := range e.Sections {
		s[fmt.Sprintf("section/%d", x.Section)] = fmt.Sprintf("%s of %d", percent(x.Percent), x.Criteria)
	}
	for _, q := range e.Questions {
		exact := "none"
		if q.Relevant > 0 {
			exact = big.NewRat(int64(q.Above), int64(q.Relevant)).String()
		}
		s["question/"+q.Question] = fmt.Sprintf("%d/%d %s %s scored %t", q.Above, q.Relevant, exact, percent(q.Percent), q.Scored)
	}
	return s, nil
}

func summarise(scores query.Scores) summary {
	s := summary{}
	for _, f := range scores.Figures {
		exact := "none"
		if f.Exact != nil {
			exact = *f.Exact
		}
		id := string(f.Figure)
		switch {
		case f.Above != nil:
			s[id] = fmt.Sprintf("%d/%d %s %s scored %t", *f.Above, *f.Relevant, exact, percent(f.Percent), *f.Scored)
		case id[:7] == "outcome":
			s[id] = fmt.Sprintf("%s %s of %d", exact, percent(f.Percent), *f.Questions)
		case f.Criteria != nil:
			s[id] = fmt.Sprintf("%s of %d", percent(f.Percent), *f.Criteria)
		default:
			s[id] = fmt.Sprintf("%s of %d", percent(f.Percent), *f.Questions)
		}
	}
	return s
}

func percent(p *int) string {
	if p == nil {
		return "none"
	}
	return fmt.Sprintf("%d%%", *p)
}
