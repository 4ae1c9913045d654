package rows

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores"
)

// Recount implements runner.Checkable: it keeps the last word on everything, and
// counts once, at the end, where the fold moves tallies with every event.
func (Projection) Recount(of []events.InspectionID, all iter.Seq2[runner.Event, error]) ([]byte, error) {
	w := &lastWords{cases: map[caseKey]scores.CaseRow{}, answers: map[answerKey]scores.AnswerRow{}}
	for one, err := range all {
		if err != nil {
			return nil, err
		}
		if err := w.see(one.Recorded, one.Event); err != nil {
			return nil, err
		}
	}
	return w.digest()
}

type caseKey struct {
	inspection events.InspectionID
	id         events.CaseID
}

type answerKey struct {
	caseKey
	question events.QuestionID
}

// lastWords is what was said last about everything.
type lastWords struct {
	frameworks  []scores.FrameworkRow
	inspections []scores.InspectionRow
	cases       map[caseKey]scores.CaseRow
	answers     map[answerKey]scores.AnswerRow
}

func (w *lastWords) see(r *events.Recorded, e events.Event) error {
	switch e := e.(type) {
	case events.FrameworkPublished:
		w.frameworks = append(w.frameworks, scores.FrameworkRow{Revision: e.Revision, Position: r.Position, Source: e.Source})
	case events.FrameworkRestored:
		at := slices.IndexFunc(w.frameworks, func(f scores.FrameworkRow) bool { return f.Revision == e.Revision })
		if at < 0 {
			return fmt.Errorf("rows: position %d restores framework revision %d, which was not published", r.Position, e.Revision)
		}
		w.frameworks = append(w.frameworks, scores.FrameworkRow{
			Revision: e.Revision, Position: r.Position, Source: w.frameworks[at].Source,
		})
	case events.InspectionOpened:
		w.inspection(r.Inspection).Name = e.Name
		w.inspection(r.Inspection).Closed = false
	case events.InspectionClosed:
		w.inspection(r.Inspection).Closed = true
	case events.CaseDescribed:
		w.describe(r, e)
	case events.JudgementRecorded:
		w.answer(r, e.Question, e.Answer)
	case events.JudgementRevised:
		w.answer(r, e.Question, e.Answer)
	case events.JudgementWithdrawn:
		w.answer(r, e.Question, "")
	}
	return nil
}

func (w *lastWords) inspection(id events.InspectionID) *scores.InspectionRow {
	for k := range w.inspections {
		if w.inspections[k].Inspection == id {
			return &w.inspections[k]
		}
	}
	w.inspections = append(w.inspections, scores.InspectionRow{Inspection: id})
	return &w.inspections[len(w.inspections)-1]
}

func (w *lastWords) describe(r *events.Recorded, e events.CaseDescribed) {
	key := caseKey{r.Inspection, r.Case}
	merged := map[string]string{}
	maps.Copy(merged, w.cases[key].Attributes)
	for name, value := range e.Attributes {
		if delete(merged, name); value != nil {
			merged[name] = *value
		}
	}
	w.cases[key] = scores.CaseRow{
		Inspection: r.Inspection, Case: r.Case, Attributes: merged, Revision: r.Revision, Position: r.Position,
	}
}

func (w *lastWords) answer(r *events.Recorded, q events.QuestionID, a events.Answer) {
	w.answers[answerKey{caseKey{r.Inspection, r.Case}, q}] = scores.AnswerRow{
		Inspection: r.Inspection, Case: r.Case, Question: q, Answer: a, Revision: r.Revision, Position: r.Position,
	}
}

// digest counts, and hashes in the order in which rows are.
func (w *lastWords) digest() ([]byte, error) {
	cases := slices.SortedFunc(maps.Values(w.cases), func(x, y scores.CaseRow) int {
		return cmp.Or(cmp.Compare(x.Inspection, y.Inspection), cmp.Compare(x.Case, y.Case))
	})
	answers := slices.SortedFunc(maps.Values(w.answers), func(x, y scores.AnswerRow) int {
		return cmp.Or(cmp.Compare(x.Inspection, y.Inspection), cmp.Compare(x.Case, y.Case), cmp.Compare(x.Question, y.Question))
	})
	slices.SortFunc(w.inspections, func(x, y scores.InspectionRow) int { return cmp.Compare(x.Inspection, y.Inspection) })
	counted, err := scores.Recount(scores.State{
		Frameworks: w.frameworks, Inspections: sequence(w.inspections), Cases: sequence(cases), Answers: sequence(answers),
	})
	if err != nil {
		return nil, err
	}
	var tallies []scores.TallyRow
	for t, err := range counted.State().Tallies {
		if err != nil {
			return nil, err
		}
		tallies = append(tallies, t)
	}
	slices.SortFunc(tallies, func(x, y scores.TallyRow) int {
		return cmp.Or(cmp.Compare(x.Inspection, y.Inspection), cmp.Compare(x.Question, y.Question))
	})
	d := newDigest()
	for k := range w.frameworks {
		d.framework(&w.frameworks[k])
	}
	for k := range w.inspections {
		d.inspection(&w.inspections[k])
	}
	for k := range cases {
		d.caseFile(&cases[k])
	}
	for k := range answers {
		d.answer(&answers[k])
	}
	for k := range tallies {
		d.tally(&tallies[k])
	}
	for k := range tallies {
		d.moved(tallies[k].Inspection, tallies[k].Question, tallies[k].Tally.Proportion())
	}
	return d.Sum(nil), nil
}

// sequence are rows as State has them.
func sequence[T any](all []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, one := range all {
			if !yield(one, nil) {
				return
			}
		}
	}
}
