package faults_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/framework"
)

// sharedCase is the case that every device of an inspection judges.
const sharedCase = events.CaseID("shared")

// sharedQuestion has no relevance rule, so that only revisions decide.
var sharedQuestion = func() *framework.Question { return free()[0] }

// place is one question of one case.
type place struct {
	c events.CaseID
	q *framework.Question
}

// free are the questions that apply to every case.
func free() []*framework.Question {
	var all []*framework.Question
	for _, q := range reference().RuleOrder() {
		if q.Always() && !q.Judged {
			all = append(all, q)
		}
	}
	return all
}

// compose fills the outbox with a new submission. No stream is in it twice.
func (d *device) compose() {
	size := 1
	switch n := d.rng.IntN(10); {
	case n >= 9:
		size = 30 + d.rng.IntN(30) // enough for COPY
	case n >= 6:
		size = 2 + d.rng.IntN(4)
	}
	used := map[events.Stream]bool{}
	if len(d.hurried) > 0 {
		for _, x := range d.hurried {
			d.revise(x.c, x.q, accepted, used)
		}
		d.hurried = nil
		return
	}
	for range size {
		switch n := d.rng.IntN(100); {
		case n < 6:
			d.resend()
		case n < 10:
			d.reuse()
		case n < 16:
			d.hasty(used)
		case n < 24:
			d.compete(used)
		case n < 28:
			d.nonsense()
		default:
			d.judge(used)
		}
	}
	if len(d.outbox) == 0 {
		d.judge(used)
	}
	d.atomic = len(d.outbox) > 1 && d.rng.IntN(8) == 0
	if d.atomic {
		d.allOrNothing()
	}
}

// allOrNothing keeps of the outbox what surely stands or surely falls together.
func (d *device) allOrNothing() {
	d.outbox = slices.DeleteFunc(d.outbox, func(p *pending) bool { return p.expect != accepted })
	if len(d.outbox) == 0 {
		d.atomic = false
		d.judge(map[events.Stream]bool{})
		return
	}
	if d.rng.IntN(3) > 0 {
		return
	}
	for _, p := range d.outbox {
		p.expect, p.settle = refused, nil
	}
	d.nonsense()
}

// add makes an entry for the outbox.
func (d *device) add(body entry.Body, expect expectation, expected events.Revision) *pending {
	d.counter++
	e := entry.Entry{
		ID: d.id(), Kind: body.Kind(), Programme: programme, Inspection: d.inspection,
		OccurredAt:       time.Date(2013, 6, 3, 14, 30, 0, d.counter%1000*1000, time.UTC),
		ExpectedRevision: &expected, Body: body,
	}
	if expected > 0 {
		e.Reason = "looked again"
	}
	if d.rng.IntN(4) == 0 {
		e.Note = fmt.Sprintf("note %d of a device", d.counter)
	}
	p := &pending{entry: e, expect: expect}
	d.outbox = append(d.outbox, p)
	return p
}

// judge judges or revises something that no other device writes.
func (d *device) judge(used map[events.Stream]bool) {
	c := d.cases[d.rng.IntN(len(d.cases))]
	questions := free()
	d.revise(c, questions[d.rng.IntN(len(questions))], accepted, used)
}

// revise makes an entry for one of its own streams: the next revision, or, to be
// refused, the one after the next.
func (d *device) revise(c events.CaseID, q *framework.Question, expect expectation, used map[events.Stream]bool) {
	s := events.JudgementStream(d.inspection, c, q.ID)
	if used[s] {
		return
	}
	used[s] = true
	at := d.known[s]
	body := entry.Judgement{Case: c, Question: q.ID, Answer: d.answer(q)}
	if expect == refused {
		p := d.add(body, refused, at+1)
		p.settle = func(entry.Receipt) { d.hurried = append(d.hurried, place{c, q}) }
		d.hasted[p.entry.ID] = true
		return
	}
	p := d.add(body, accepted, at)
	p.settle = func(r entry.Receipt) {
		switch {
		case d.behind(r):
			d.known[s] = r.Current.Revision
			return
		case r.Revision != at+1:
			d.complain("stream %s: revision %d after %d", s, r.Revision, at)
		}
		d.known[s] = at + 1
		d.old = append(d.old, p)
	}
}

// answer is one that a question without a relevance rule takes.
func (d *device) answer(q *framework.Question) events.Answer {
	all := slices.DeleteFunc(slices.Clone(q.Answers), func(a events.Answer) bool { return a == events.NotApplicable })
	return all[d.rng.IntN(len(all))]
}

// hasty expects a revision that is still to come, and must be told so. The next
// submission makes that revision: were the hasty entry decided again after it, as
// by a delivery that came twice, it would be recorded although it was refused.
func (d *device) hasty(used map[events.Stream]bool) {
	c := d.cases[d.rng.IntN(len(d.cases))]
	questions := free()
	d.revise(c, questions[d.rng.IntN(len(questions))], refused, used)
}

// compete revises what all devices of the inspection write.
func (d *device) compete(used map[events.Stream]bool) {
	q := sharedQuestion()
	s := events.JudgementStream(d.inspection, sharedCase, q.ID)
	if used[s] {
		return
	}
	used[s] = true
	p := d.add(entry.Judgement{Case: sharedCase, Question: q.ID, Answer: d.answer(q)}, either, d.shared)
	p.settle = func(r entry.Receipt) {
		switch {
		case r.Status.Accepted():
			d.shared = r.Revision
		case r.Status == entry.StatusConflict && r.Current != nil:
			d.shared = r.Current.Revision
		default:
			d.complain("shared case: %+v", r)
		}
	}
}

// resend sends a recorded entry once more.
func (d *device) resend() {
	if len(d.old) == 0 {
		return
	}
	p := d.old[d.rng.IntN(len(d.old))]
	if slices.ContainsFunc(d.outbox, func(o *pending) bool { return o.entry.ID == p.entry.ID }) {
		return
	}
	d.outbox = append(d.outbox, &pending{entry: p.entry, expect: again, first: p.receipt})
}

// reuse gives a recorded id to another entry.
func (d *device) reuse() {
	if len(d.old) == 0 {
		return
	}
	p := d.old[d.rng.IntN(len(d.old))]
	if slices.ContainsFunc(d.outbox, func(o *pending) bool { return o.entry.ID == p.entry.ID }) {
		return
	}
	e := p.entry
	e.Note = "something else"
	if e.Note == p.entry.Note {
		return
	}
	d.outbox = append(d.outbox, &pending{entry: e, expect: refused})
}

// nonsense judges by a question that there is not.
func (d *device) nonsense() {
	d.add(entry.Judgement{Case: d.cases[0], Question: "9.9.99", Answer: "sufficient"}, refused, 0)
}
