package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/services/client"
	"github.com/aboveline/aboveline/services/delivery"
)

// measured is the programme that callers submit to.
const measured = events.Programme("measured")

// areas is the number of inspections that callers belong to.
const areas = 8

// note goes with every judgement of a caller; it is sealed.
var note = strings.Repeat("Assessed on file. ", 4)

// caller is one inspector, who judges case after case by the questions that apply
// to all of them.
type caller struct {
	questions  []*framework.Question
	actor      events.Actor
	inspection events.InspectionID
	cases      int // opened so far
	question   int // of the newest case, the next to judge
}

func newCallers(n int, fw *framework.Framework) []*caller {
	var always []*framework.Question
	for k := range fw.Questions {
		if q := &fw.Questions[k]; q.Always() {
			always = append(always, q)
		}
	}
	all := make([]*caller, n)
	for k := range all {
		all[k] = &caller{
			questions: always, actor: events.Actor(fmt.Sprintf("inspector-%03d", k)), inspection: area(k % areas),
		}
	}
	return all
}

// next makes n entries, and the entries for the cases that they open: those have
// to be recorded before.
func (c *caller) next(n int) (judgements, opened []jsontext.Value, err error) {
	for range n {
		if c.cases == 0 || c.question == len(c.questions) {
			c.cases, c.question = c.cases+1, 0
			raw, err := c.entry(entry.Case{Case: c.newest(), Attributes: map[string]*string{}}).Encode()
			if err != nil {
				return nil, nil, err
			}
			opened = append(opened, raw)
		}
		q := c.questions[c.question]
		c.question++
		e := c.entry(entry.Judgement{Case: c.newest(), Question: q.ID, Answer: q.Answers[0]})
		e.Note = note
		raw, err := e.Encode()
		if err != nil {
			return nil, nil, err
		}
		judgements = append(judgements, raw)
	}
	return judgements, opened, nil
}

func (c *caller) newest() events.CaseID {
	return events.CaseID(fmt.Sprintf("%s-%04d", c.actor, c.cases))
}

func (c *caller) entry(body entry.Body) entry.Entry {
	return entry.Entry{
		ID: uuid.New(), Kind: body.Kind(), Programme: measured, Inspection: c.inspection, OccurredAt: occurred, Body: body,
	}
}

// delivery is what a door would make of a submission of the caller.
func (c *caller) delivery(s entry.Submission) (delivery.Delivery, error) {
	return deliver(c.actor, events.RoleInspector, c.inspection, false, s)
}

func deliver(
	a events.Actor, role events.Role, i events.InspectionID, control bool, s entry.Submission,
) (delivery.Delivery, error) {
	raw, err := s.Encode()
	return delivery.Delivery{
		ID: uuid.New(), Door: "bench", Programme: measured, Inspection: i, Actor: a, Role: role, Control: control,
		ReceivedAt: time.Now(), Submission: raw,
	}, err
}

// submissions is what each caller will send: n submissions of so many entries,
// whose cases are recorded already.
func (s *station) submissions(ctx context.Context, callers []*caller, n, size int) ([][]entry.Submission, error) {
	all := make([][]entry.Submission, len(callers))
	g, ctx := errgroup.WithContext(ctx)
	for k, c := range callers {
		var opened []jsontext.Value
		for range n {
			judgements, more, err := c.next(size)
			if err != nil {
				return nil, err
			}
			opened = append(opened, more...)
			all[k] = append(all[k], entry.Submission{ID: uuid.New(), Entries: judgements})
		}
		if len(opened) > 0 {
			g.Go(func() error { return s.record(ctx, c, entry.Submission{ID: uuid.New(), Entries: opened}) })
		}
	}
	return all, g.Wait()
}

// record records a submission of a caller without the door.
func (s *station) record(ctx context.Context, c *caller, sub entry.Submission) error {
	d, err := c.delivery(sub)
	if err != nil {
		return err
	}
	receipts, err := s.recorder.Record(ctx, d)
	if err != nil {
		return err
	}
	return recorded(receipts)
}

// recorded fails unless every receipt says so.
func recorded(receipts []entry.Receipt) error {
	for _, r := range receipts {
		if r.Status != entry.StatusRecorded {
			return fmt.Errorf("an entry was not recorded: %s %s %s: %s", r.Status, r.Code, r.Field, r.Message)
		}
	}
	return nil
}

// direct is a side in which the callers call the recorder, all at once, each with
// one entry after the other.
func (s *station) direct(callers []*caller) side {
	return func(ctx context.Context, n int) (work, error) {
		subs, err := s.submissions(ctx, callers, n, 1)
		if err != nil {
			return work{}, err
		}
		deliveries := make([][]delivery.Delivery, len(callers))
		for k, c := range callers {
			deliveries[k] = make([]delivery.Delivery, n)
			for m, sub := range subs[k] {
				if deliveries[k][m], err = c.delivery(sub); err != nil {
					return work{}, err
				}
			}
		}
		return work{len(callers) * n, func(ctx context.Context) ([]time.Duration, error) {
			return atOnce(ctx, deliveries, func(ctx context.Context, _ int, d delivery.Delivery) error {
				receipts, err := s.recorder.Record(ctx, d)
				if err != nil {
					return err
				}
				return recorded(receipts)
			})
		}}, nil
	}
}

// throughDoor is a side in which the callers send submissions of so many entries
// to the NATS door, each over a connection of its own, and wait for the receipts.
func (s *station) throughDoor(callers []*caller, doors []client.Submitter, size int) side {
	return func(ctx context.Context, n int) (work, error) {
		subs, err := s.submissions(ctx, callers, n, size)
		if err != nil {
			return work{}, err
		}
		return work{len(callers) * n * size, func(ctx context.Context) ([]time.Duration, error) {
			return atOnce(ctx, subs, func(ctx context.Context, k int, sub entry.Submission) error {
				receipts, err := doors[k].Submit(ctx, callers[k].inspection, sub)
				if err != nil {
					return err
				}
				return recorded(receipts)
			})
		}}, nil
	}
}

// atOnce sends each caller's work in its own goroutine and notes how long every
// call takes.
func atOnce[T any](
	ctx context.Context, all [][]T, send func(ctx context.Context, caller int, one T) error,
) ([]time.Duration, error) {
	g, ctx := errgroup.WithContext(ctx)
	took := make([][]time.Duration, len(all))
	for k, mine := range all {
		took[k] = make([]time.Duration, 0, len(mine))
		g.Go(func() error {
			for _, one := range mine {
				began := time.Now()
				if err := send(ctx, k, one); err != nil {
					return err
				}
				took[k] = append(took[k], time.Since(began))
			}
			return nil
		})
	}
	err := g.Wait()
	var latencies []time.Duration
	for _, t := range took {
		latencies = append(latencies, t...)
	}
	return latencies, err
}
