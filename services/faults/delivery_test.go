package faults_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/services/courier"
	"github.com/aboveline/aboveline/services/delivery"
)

// A thief takes deliveries from under the recorder and gives them back late and in
// another order, so that they come again, behind later ones.
func TestDeliveriesOutOfOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, settings{})
	w.enlist(8, 6)
	js := w.services()
	f := w.work()
	ctx, cancel := context.WithTimeout(t.Context(), long(3*time.Second, time.Minute))
	defer cancel()
	rng := random(6)
	stolen := 0
	for ctx.Err() == nil {
		c, err := js.Consumer(ctx, courier.StreamSubmissions, "recorder_submissions")
		if err != nil {
			break
		}
		batch, err := c.Fetch(4, jetstream.FetchMaxWait(100*time.Millisecond))
		if err != nil {
			break
		}
		var loot []jetstream.Msg
		for m := range batch.Messages() {
			loot = append(loot, m)
		}
		rng.Shuffle(len(loot), func(i, j int) { loot[i], loot[j] = loot[j], loot[i] })
		for _, m := range loot {
			w.must(m.NakWithDelay(time.Duration(rng.IntN(300)) * time.Millisecond))
		}
		stolen += len(loot)
	}
	f.rest(t)
	if stolen == 0 {
		t.Error("nothing was stolen, so nothing was shown")
	}
	t.Logf("%d deliveries were stolen and given back", stolen)
	w.report("deliveries out of order", w.audit())
}

// The same delivery is published twice: under its own message id the stream keeps
// one, under another the ledger does.
func TestDeliveriesDoubled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, settings{})
	x := w.walkers(1)[0]
	js := w.services()
	q := sharedQuestion()
	var raw []jsontext.Value
	var ids []uuid.UUID
	for n := range 3 {
		at := events.Revision(n)
		e := entry.Entry{
			ID: uuid.New(), Kind: entry.KindJudgement, Programme: programme, Inspection: north,
			OccurredAt: time.Date(2013, 6, 3, 14, 30, 0, 0, time.UTC), ExpectedRevision: &at, Reason: "step",
			Body: entry.Judgement{Case: x.device.cases[0], Question: q.ID, Answer: q.Answers[0]},
		}
		raw, ids = append(raw, w.encode(e)), append(ids, e.ID)
	}
	s := entry.Submission{ID: uuid.New(), Entries: raw}
	body, err := s.Encode()
	w.must(err)
	d := delivery.Delivery{
		ID: uuid.New(), Door: "test", Programme: programme, Inspection: north, Actor: x.device.name,
		Role: events.RoleInspector, ReceivedAt: time.Now().UTC(), Submission: body,
	}
	payload, err := d.Encode()
	w.must(err)
	for n, id := range []string{d.ID.String(), d.ID.String(), "another", "a third"} {
		ack, err := js.PublishMsg(t.Context(), &nats.Msg{Subject: d.Subject(), Data: payload}, jetstream.WithMsgID(id))
		w.must(err)
		if ack.Duplicate != (n == 1) {
			t.Errorf("publication %d: duplicate is %t", n, ack.Duplicate)
		}
	}
	stream, err := js.Stream(t.Context(), courier.StreamReceipts)
	w.must(err)
	var last delivery.Receipts
	eventually(t, 20*time.Second, "three answers", func() error {
		info, err := stream.Info(t.Context(), jetstream.WithSubjectFilter(d.ReceiptSubject(s.ID)))
		if err != nil {
			return err
		}
		if n := info.State.Subjects[d.ReceiptSubject(s.ID)]; n != 3 {
			return fmt.Errorf("%d answers", n)
		}
		m, err := stream.GetLastMsgForSubject(t.Context(), d.ReceiptSubject(s.ID))
		if err != nil {
			return err
		}
		last, err = delivery.DecodeReceipts(m.Data)
		return err
	})
	b := w.audit()
	for n, r := range last.Receipts {
		in := b.byID[ids[n]]
		if r.Status != entry.StatusDuplicate || in == nil || in.Position != r.Position || in.Revision != events.Revision(n+1) {
			t.Errorf("entry %d: %+v, in the ledger %+v", n, r, in)
		}
	}
	w.report("doubled deliveries", b)
}
