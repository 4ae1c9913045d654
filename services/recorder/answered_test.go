package recorder_test

import (
	"strconv"
	"testing"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/services/courier"
)

// A delivery that was answered and comes again is not decided again: what was told
// that it conflicts must not be recorded when the ledger has caught up with it.
func TestAnsweredDeliveryComesAgain(t *testing.T) {
	t.Parallel()
	b := opened(t)
	r := b.another()
	hasty := because("ahead", expecting(1, judge("C001", "1.1.04", "insufficient")))
	m, _ := b.message(ines, encode(t, hasty)...)
	for n := range 2 {
		m.Metadata.Set(courier.MetaOrder, strconv.Itoa(2*n+1))
		m.Metadata.Set(courier.MetaDelivered, strconv.Itoa(n+1))
		if err := r.Handle(m); err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			first := b.raw(r, 2, ines, encode(t, judge("C001", "1.1.04", "sufficient"))...)[0]
			if first.Status != entry.StatusRecorded {
				t.Fatalf("the first judgement: %+v", first)
			}
		}
	}
	var last events.Revision
	for e, err := range b.ledger.ReadStream(t.Context(), programme, events.JudgementStream(hampshire, "C001", "1.1.04")) {
		if err != nil {
			t.Fatal(err)
		}
		last = e.Revision
	}
	if last != 1 {
		t.Errorf("the stream is at revision %d: the conflict was recorded after all", last)
	}
	// The turn was passed on.
	again := b.raw(r, 4, ines, encode(t, because("now", expecting(1, judge("C001", "1.1.04", "insufficient"))))...)[0]
	if again.Status != entry.StatusRecorded {
		t.Errorf("the next delivery: %+v", again)
	}
}
