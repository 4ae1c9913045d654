package framework_test

import (
	"testing"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
)

// One operation is one rule evaluated for one case.
func BenchmarkRelevant(b *testing.B) {
	f := reference(b)
	var cases []caseFile
	for _, c := range caseFiles(b) {
		cases = append(cases, c)
	}
	for name, id := range map[string]events.QuestionID{
		"true": "2.2.21", "attribute": "1.1.02", "answer": "1.1.09", "and": "2.2.92",
	} {
		q, ok := f.Question(id)
		if !ok {
			b.Fatalf("no question %s", id)
		}
		b.Run(name+"/"+string(id), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				f.Relevant(q, &cases[i%len(cases)])
			}
		})
	}
	b.Run("all", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			f.Relevant(&f.Questions[i%len(f.Questions)], &cases[i%len(cases)])
		}
	})
}

func BenchmarkProgramFallback(b *testing.B) {
	f := reference(b)
	where, err := f.Where(`case.om_id.startsWith("O0")`)
	if err != nil {
		b.Fatal(err)
	}
	c := new(caseFiles(b)["C001"])
	b.ReportAllocs()
	for b.Loop() {
		where(c)
	}
}

func BenchmarkParse(b *testing.B) {
	source := example(b, "framework.yaml")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := framework.Parse("framework.yaml", source); err != nil {
			b.Fatal(err)
		}
	}
}
