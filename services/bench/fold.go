package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/services/importer"
)

// step is one event as the fold takes it.
type step struct {
	recorded events.Recorded
	event    events.Event
}

// foldRow is what one judgement costs: a revision of each of the 14,280 answers of
// the reference set and back again, rows taken every 500.
func foldRow(ctx context.Context, b *bench) ([]figure, error) {
	f, revisions, err := referenceFold(b.config.dataset)
	if err != nil {
		return nil, err
	}
	var nanoseconds, allocations, bytes []float64
	for round := range rounds + 1 {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		began := time.Now()
		for k := range revisions {
			if err := f.Apply(&revisions[k].recorded, revisions[k].event); err != nil {
				return nil, err
			}
			if k%500 == 0 {
				f.Take()
			}
		}
		took := time.Since(began)
		runtime.ReadMemStats(&after)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if round == 0 {
			continue // warm-up
		}
		n := float64(len(revisions))
		nanoseconds = append(nanoseconds, float64(took.Nanoseconds())/n)
		allocations = append(allocations, float64(after.Mallocs-before.Mallocs)/n)
		bytes = append(bytes, float64(after.TotalAlloc-before.TotalAlloc)/n)
	}
	return []figure{
		{
			name: "fold-judgement-ns", value: median(nanoseconds), unit: "ns",
			note: fmt.Sprintf("%d revisions of the reference set, rows taken every 500", len(revisions)),
		},
		{name: "fold-judgement-allocs", value: median(allocations), unit: "allocs", note: "allocations of one judgement"},
		{name: "fold-judgement-bytes", value: median(bytes), unit: "B", note: "bytes that one judgement allocates"},
	}, nil
}

// referenceFold is the fold after the whole reference set, and a revision of every
// judgement to another answer of its scale, followed by one back.
func referenceFold(dir string) (*scores.Fold, []step, error) {
	const inspection = events.InspectionID("reference")
	set, err := importer.Read(dir, importer.Target{Inspection: inspection})
	if err != nil {
		return nil, nil, err
	}
	f, at := scores.New(), events.Position(0)
	apply := func(stream events.Stream, i events.InspectionID, c events.CaseID, e events.Event) (events.Recorded, error) {
		at++
		r := events.Recorded{
			Programme: set.Programme(), Position: at, ID: uuid.New(), Stream: stream, Revision: 1,
			Type: e.Kind().Type, TypeVersion: e.Kind().Version, OccurredAt: occurred, RecordedAt: occurred,
			Inspection: i, Case: c,
		}
		return r, f.Apply(&r, e)
	}
	_, e1 := apply(events.ProgrammeStream(), "", "", events.ProgrammeOpened{Name: "reference"})
	_, e2 := apply(events.FrameworkStream(), "", "", events.FrameworkPublished{
		Revision: 1, ContentHash: set.Framework.Hash, Source: string(set.Framework.Source),
	})
	_, e3 := apply(events.InspectionStream(inspection), inspection, "", events.InspectionOpened{Name: "reference"})
	if err := errors.Join(e1, e2, e3); err != nil {
		return nil, nil, err
	}
	for _, p := range set.Cases {
		if c, ok := p.Entry.Body.(entry.Case); ok {
			described := events.CaseDescribed{Attributes: c.Attributes}
			_, err := apply(events.CaseStream(inspection, c.Case), inspection, c.Case, described)
			if err != nil {
				return nil, nil, err
			}
		}
	}
	var there, back []step
	for _, p := range set.Rest {
		j, ok := p.Entry.Body.(entry.Judgement)
		if !ok {
			continue
		}
		r, err := apply(events.JudgementStream(inspection, j.Case, j.Question), inspection, j.Case,
			events.JudgementRecorded{Question: j.Question, Answer: j.Answer})
		if err != nil {
			return nil, nil, err
		}
		q, ok := set.Framework.Question(j.Question)
		if !ok {
			return nil, nil, fmt.Errorf("the framework has no question %s", j.Question)
		}
		other := q.Answers[0]
		if other == j.Answer {
			other = q.Answers[1]
		}
		r.Revision, r.Type = 2, events.TypeJudgementRevised
		there = append(there, step{r, events.JudgementRevised{Question: j.Question, Answer: other}})
		r.Revision = 3
		back = append(back, step{r, events.JudgementRevised{Question: j.Question, Answer: j.Answer}})
	}
	return f, append(there, back...), nil
}
