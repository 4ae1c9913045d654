package faults_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/services/client"
)

// expectation is what a device knows that the receipt must say.
type expectation int

const (
	accepted expectation = iota // recorded, or a duplicate after a fault
	again                       // a duplicate of what an earlier receipt said
	refused                     // conflict or rejected
	either                      // others write there too, or a rule of the framework decides
)

// pending is an entry in the outbox or, with its receipt, one that has left it.
type pending struct {
	entry   entry.Entry
	expect  expectation
	first   entry.Receipt // of the earlier entry, for again
	settle  func(entry.Receipt)
	receipt entry.Receipt
	sub     uuid.UUID // the submission that the receipt answers
}

// device is a client with an outbox, as design §3 asks of all. Only its own
// goroutine touches what is below mu, but for settled.
type device struct {
	name       events.Actor
	inspection events.InspectionID
	door       client.Submitter
	rng        *rand.Rand
	patience   time.Duration // for one try of a submission

	mu       sync.Mutex
	settled  []*pending // entries with a receipt, in the order of the receipts
	problems []string

	outbox  []*pending
	atomic  bool
	sub     uuid.UUID
	cases   []events.CaseID
	known   map[events.Stream]events.Revision // of its own streams
	shared  events.Revision                   // of the stream that all write
	old     []*pending                        // recorded, to be sent again at times
	hurried []place                           // where an entry expected a revision still to come
	hasted  map[uuid.UUID]bool                // entries that expected a revision still to come
	counter int
}

// run submits until the context ends. What is in the outbox then stays there.
func (d *device) run(ctx context.Context) {
	for ctx.Err() == nil {
		if len(d.outbox) == 0 {
			d.compose()
		}
		d.send(ctx)
	}
}

// drain sends what is in the outbox until all has its receipt.
func (d *device) drain(ctx context.Context) error {
	for len(d.outbox) > 0 {
		d.send(ctx)
		if err := ctx.Err(); err != nil && len(d.outbox) > 0 {
			return fmt.Errorf("device %s: %d entries without a receipt: %w", d.name, len(d.outbox), err)
		}
	}
	return nil
}

// send tries once to submit the outbox. Without receipts everything stays in it
// and goes again, under the same submission or another.
func (d *device) send(ctx context.Context) {
	s := entry.Submission{ID: d.sub, Atomic: d.atomic}
	if s.ID == uuid.Nil || d.fresh() || d.rng.IntN(2) == 0 {
		s.ID = d.id()
		d.sub = s.ID
	}
	for _, p := range d.outbox {
		raw, err := p.entry.Encode()
		if err != nil {
			d.complain("encode: %v", err)
			return
		}
		s.Entries = append(s.Entries, jsontext.Value(raw))
		p.sub = s.ID
	}
	try, cancel := context.WithTimeout(ctx, d.patience)
	defer cancel()
	receipts, err := d.door.Submit(try, d.inspection, s)
	if err != nil {
		return
	}
	d.take(receipts)
}

// fresh reports whether each try needs a submission of its own, so that the ledger
// tells by the causation which of them recorded an entry: see overtaken.
func (d *device) fresh() bool {
	return slices.ContainsFunc(d.outbox, func(p *pending) bool { return p.expect == refused || p.expect == either })
}

func (d *device) take(receipts []entry.Receipt) {
	if len(receipts) != len(d.outbox) {
		d.complain("%d entries got %d receipts", len(d.outbox), len(receipts))
		return
	}
	for n, p := range d.outbox {
		d.check(p, receipts[n])
		p.receipt = receipts[n]
		if p.settle != nil {
			p.settle(receipts[n])
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settled = append(d.settled, d.outbox...)
	d.outbox, d.sub, d.atomic = nil, uuid.Nil, false
}

// check compares a receipt with what the device expects.
func (d *device) check(p *pending, r entry.Receipt) {
	if r.ID != p.entry.ID {
		d.complain("entry %s got the receipt of %s", p.entry.ID, r.ID)
	}
	switch p.expect {
	case accepted:
		if !r.Status.Accepted() && !d.behind(r) {
			d.complain("entry %s: %s %s %s", p.entry.ID, r.Status, r.Code, r.Message)
		}
	case again:
		if r.Status != entry.StatusDuplicate || r.Position != p.first.Position || r.Revision != p.first.Revision ||
			!r.RecordedAt.Equal(p.first.RecordedAt) {
			d.complain("entry %s sent again: %+v, at first %+v", p.entry.ID, r, p.first)
		}
	case refused:
		if r.Status.Accepted() {
			d.complain("entry %s should be refused: %+v", p.entry.ID, r)
		}
	case either:
	}
}

// behind reports whether a conflict is with a hasty entry of the device itself that
// was overtaken.
func (d *device) behind(r entry.Receipt) bool {
	return r.Status == entry.StatusConflict && r.Current != nil && d.hasted[r.Current.EventID]
}

// id makes a random UUID from the device's own source.
func (d *device) id() uuid.UUID {
	var id uuid.UUID
	for n := range id {
		id[n] = byte(d.rng.Uint32())
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return id
}

func (d *device) complain(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.problems) < 20 {
		d.problems = append(d.problems, fmt.Sprintf("device %s: ", d.name)+fmt.Sprintf(format, args...))
	}
}

// results are the entries that have their receipts, and what was wrong.
func (d *device) results() ([]*pending, []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clip(d.settled), d.problems
}
