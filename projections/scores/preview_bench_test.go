package scores_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/scores"
)

// manyInspections is the reference set n times over, in n inspections.
func manyInspections(t testing.TB, n int) *scores.Fold {
	t.Helper()
	one := hampshireScript(t)
	f := scores.New()
	var position events.Position
	for k := range n {
		id := events.InspectionID(fmt.Sprintf("area-%02d", k+1))
		for _, item := range one.items {
			if item.r.Inspection == "" && k > 0 {
				continue
			}
			position++
			item.r.Position = position
			if item.r.Inspection != "" {
				item.r.Inspection = id
			}
			if err := f.Apply(&item.r, item.e); err != nil {
				t.Fatal(err)
			}
		}
		f.Take()
	}
	return f
}

// edits of the reference framework, each of one question.
var edits = map[string][2]string{
	"moved":     {"\"4.1.07\"\n    criterion: \"4.1\"", "\"4.1.07\"\n    criterion: \"4.2\""},
	"re-shared": {"outcomes: [4]\n    facts: [o4-analysis-children]", "outcomes: [4, 5]"},
	"re-lined": {
		"above_line: [sufficient]\n    outcomes: [4]\n    facts: [o4-analysis-children]",
		"above_line: [sufficient, insufficient]\n    outcomes: [4]",
	},
	"re-ruled": {
		"relevant: 'true'\n    judged: true\n    scale: SI\n    answers: [sufficient, insufficient, not_applicable]\n" +
			"    above_line: [sufficient]\n    outcomes: [4]\n    facts: [o4-analysis-children]",
		"relevant: 'case.gender == \"male\"'\n    judged: true\n    scale: SI\n" +
			"    answers: [sufficient, insufficient, not_applicable]\n    above_line: [sufficient]\n    outcomes: [4]",
	},
}

func editedReference(t testing.TB, f *scores.Fold, old, with string) *framework.Framework {
	t.Helper()
	fw, _ := f.Framework()
	source := string(fw.Source)
	if !strings.Contains(source, old) {
		t.Fatalf("the framework has no %q", old)
	}
	next, err := framework.Parse("edited", []byte(strings.Replace(source, old, with, 1)))
	if err != nil {
		t.Fatal(err)
	}
	return next
}

// BenchmarkPreview previews one edited question over 80 inspections of 85 cases,
// 1,142,400 current answers.
func BenchmarkPreview(b *testing.B) {
	f := manyInspections(b, 80)
	for name, edit := range edits {
		next := editedReference(b, f, edit[0], edit[1])
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			figures := 0
			for b.Loop() {
				p, err := f.Preview(next, 1000)
				if err != nil {
					b.Fatal(err)
				}
				figures = len(p.Figures)
			}
			b.ReportMetric(float64(figures), "figures")
		})
	}
}
