package scores_test

import (
	"iter"
	"testing"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/scores"
)

// BenchmarkApplyJudgement is the incremental cost of one judgement: a revision of
// one of the 14,280 answers of the reference set, the rows taken every 500.
func BenchmarkApplyJudgement(b *testing.B) {
	s := hampshireScript(b)
	f := s.fold(b)
	revisions := otherAnswers(f, s)
	f.Take()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		one := &revisions[n%len(revisions)]
		if err := f.Apply(&one.r, one.e); err != nil {
			b.Fatal(err)
		}
		if n++; n%500 == 0 {
			f.Take()
		}
	}
}

// BenchmarkApplyReferenceSet builds the whole inspection, 14,368 events.
func BenchmarkApplyReferenceSet(b *testing.B) {
	s := hampshireScript(b)
	b.ReportAllocs()
	for b.Loop() {
		s.fold(b)
	}
	b.ReportMetric(float64(len(s.items)*b.N)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkFigures makes all 197 figures of the inspection.
func BenchmarkFigures(b *testing.B) {
	f := hampshireScript(b).fold(b)
	fw, _ := f.Framework()
	tallies, _ := f.Tallies(hampshire)
	b.ReportAllocs()
	for b.Loop() {
		scores.Figures(fw, tallies)
	}
}

// BenchmarkTalliesWhere counts the subset of the men.
func BenchmarkTalliesWhere(b *testing.B) {
	f := hampshireScript(b).fold(b)
	men := func(c framework.CaseFile) bool {
		value, _ := c.Attribute("gender")
		return value == "male"
	}
	b.ReportAllocs()
	for b.Loop() {
		f.TalliesWhere(hampshire, men)
	}
}

// BenchmarkExplain explains a figure from a history of 15,000 movements of its
// own questions.
func BenchmarkExplain(b *testing.B) {
	s := hampshireScript(b)
	f := s.fold(b)
	fw, revision := f.Framework()
	lookup := func(int) (*framework.Framework, error) { return fw, nil }
	for _, figure := range []scores.FigureID{"outcome/4", "outcome/2", "section/1", "criterion/4.1", "question/4.1.07"} {
		b.Run(string(figure), func(b *testing.B) {
			history := longHistory(b, fw, revision, figure, 15_000)
			b.ReportAllocs()
			for b.Loop() {
				n := 0
				for _, err := range scores.Explain(lookup, figure, each(history)) {
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
				if n != len(history) {
					b.Fatalf("%d changes of %d movements", n, len(history))
				}
			}
		})
	}
}

// BenchmarkRestore builds the fold again from its rows.
func BenchmarkRestore(b *testing.B) {
	f := hampshireScript(b).fold(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := scores.Restore(f.State()); err != nil {
			b.Fatal(err)
		}
	}
}

// otherAnswers revises every answer of the set to another of its scale, and back.
func otherAnswers(f *scores.Fold, s *script) []item {
	fw, _ := f.Framework()
	var there, back []item
	for _, one := range s.items {
		j, ok := one.e.(events.JudgementRecorded)
		if !ok {
			continue
		}
		q, _ := fw.Question(j.Question)
		other := q.Answers[0]
		if other == j.Answer {
			other = q.Answers[1]
		}
		there = append(there, item{one.r, events.JudgementRevised{Question: j.Question, Answer: other}})
		back = append(back, item{one.r, events.JudgementRevised{Question: j.Question, Answer: j.Answer}})
	}
	return append(there, back...)
}

// longHistory moves the questions of a figure n times: up to 85 answers each,
// then every one revised to the other side of the line in turn.
func longHistory(
	t testing.TB, fw *framework.Framework, revision int, figure scores.FigureID, n int,
) []scores.Movement {
	t.Helper()
	questions, err := figure.Questions(fw)
	if err != nil {
		t.Fatal(err)
	}
	history := make([]scores.Movement, n)
	stood := make([]scores.Proportion, len(questions))
	for k := range history {
		q := k % len(questions)
		before := stood[q]
		after := before
		switch round := k / len(questions); {
		case round < 85:
			after.Relevant++
			after.Above += round % 4 / 2
		case round%2 == 0:
			after.Above++
		default:
			after.Above--
		}
		stood[q] = after
		history[k] = scores.Movement{
			Position: events.Position(k + 10), Inspection: hampshire, Case: "C001", Question: questions[q],
			Before: before, After: after, Framework: revision,
		}
	}
	return history
}

func each(history []scores.Movement) iter.Seq2[scores.Movement, error] {
	return func(yield func(scores.Movement, error) bool) {
		for _, m := range history {
			if !yield(m, nil) {
				return
			}
		}
	}
}
