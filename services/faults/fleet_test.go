package faults_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/services/client"
)

// ownCases is the number of cases that a device has for itself.
const ownCases = 3

// fleet is devices at work.
type fleet struct {
	w    *world
	stop context.CancelFunc
	wg   sync.WaitGroup
}

// enlist makes devices, half of them at the HTTP door and half at the NATS door,
// divided over the two inspections, each with a token and cases of its own.
func (w *world) enlist(n int, stream uint64) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 30*time.Second)
	defer cancel()
	cases := map[events.InspectionID][]events.CaseID{north: {sharedCase}, south: {sharedCase}}
	for k := range n {
		d := &device{
			name: events.Actor(fmt.Sprintf("device-%d", k)), inspection: []events.InspectionID{north, south}[k/2%2],
			rng: random(stream<<8 | uint64(k)), patience: 1500 * time.Millisecond,
			known: map[events.Stream]events.Revision{}, hasted: map[uuid.UUID]bool{},
		}
		_, err := w.admin.AddTeamMember(ctx, d.inspection, d.name, events.RoleInspector, "")
		w.must(err)
		token, err := w.admin.Token(ctx, d.name, events.RoleInspector, d.inspection, time.Hour)
		w.must(err)
		c := w.with(token)
		if d.door = c; k%2 == 1 {
			d.door = client.NATS{Conn: w.nc, Client: c}
		}
		for j := range ownCases {
			d.cases = append(d.cases, events.CaseID(fmt.Sprintf("%s-%d", d.name, j)))
		}
		cases[d.inspection] = append(cases[d.inspection], d.cases...)
		w.devices = append(w.devices, d)
	}
	for i, all := range cases {
		w.describe(ctx, i, all)
	}
	w.impatient(500 * time.Millisecond)
}

// describe submits the cases of an inspection.
func (w *world) describe(ctx context.Context, i events.InspectionID, cases []events.CaseID) {
	w.t.Helper()
	s := entry.Submission{ID: uuid.New()}
	for _, c := range cases {
		s.Entries = append(s.Entries, w.encode(entry.Entry{
			ID: uuid.New(), Kind: entry.KindCase, Programme: programme, Inspection: i,
			OccurredAt: time.Date(2013, 6, 1, 9, 0, 0, 0, time.UTC), Body: entry.Case{Case: c},
		}))
	}
	receipts, err := w.admin.Submit(ctx, i, s)
	w.must(err)
	for _, r := range receipts {
		if r.Status != entry.StatusRecorded {
			w.t.Fatalf("case: %+v", r)
		}
	}
}

// newcomer makes sure that something is recorded about a person without a key yet,
// by the administrator, who does not wait for it.
func (w *world) newcomer() {
	w.t.Helper()
	w.spare++
	c := events.CaseID(fmt.Sprintf("newcomer-%d", w.spare))
	s := entry.Submission{ID: uuid.New(), Entries: []jsontext.Value{w.encode(entry.Entry{
		ID: uuid.New(), Kind: entry.KindCase, Programme: programme, Inspection: north,
		OccurredAt: time.Date(2013, 6, 1, 9, 0, 0, 0, time.UTC), Body: entry.Case{Case: c},
	})}}
	ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
	w.loose.Go(func() {
		defer cancel()
		_, _ = w.admin.Submit(ctx, north, s) // its fate is the fault's business
	})
}

func (w *world) encode(e entry.Entry) jsontext.Value {
	w.t.Helper()
	raw, err := e.Encode()
	w.must(err)
	return raw
}

// work lets every device submit until rest is called.
func (w *world) work() *fleet {
	ctx, cancel := context.WithCancel(w.t.Context())
	f := &fleet{w: w, stop: cancel}
	for _, d := range w.devices {
		f.wg.Go(func() { d.run(ctx) })
	}
	w.t.Cleanup(func() { cancel(); f.wg.Wait(); w.loose.Wait() })
	return f
}

// rest ends the work: the devices empty their outboxes, which must succeed now
// that nothing is broken any more.
func (f *fleet) rest(t *testing.T) {
	t.Helper()
	f.stop()
	f.wg.Wait()
	f.w.loose.Wait()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	errs := make(chan error, len(f.w.devices))
	for _, d := range f.w.devices {
		go func() { errs <- d.drain(ctx) }()
	}
	for range f.w.devices {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

// count is the number of entries with a receipt, by status.
func (w *world) count() map[entry.Status]int {
	n := map[entry.Status]int{}
	for _, d := range w.devices {
		settled, _ := d.results()
		for _, p := range settled {
			n[p.receipt.Status]++
		}
	}
	return n
}
