package faults_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/ledger"
)

// The clock jumps back an hour: to the server it looks as if the last event had
// been recorded an hour from now. Times of recording do not decrease.
func TestClockJumpsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, settings{})
	x := w.walkers(1)[0]
	steps(t, []*walker{x}, 100*time.Millisecond, 0)
	_, pool := w.ledger(t.Context())
	defer pool.Close()
	ahead := ledger.New(pool, ledger.WithClock(func() time.Time { return time.Now().Add(time.Hour) }))
	q := free()[1]
	data, err := codec.Encode(events.JudgementRecorded{Question: q.ID, Answer: q.Answers[0]})
	w.must(err)
	kind := events.JudgementRecorded{}.Kind()
	draft := ledger.Draft{
		ID: uuid.New(), Stream: events.JudgementStream(north, x.device.cases[0], q.ID), Revision: 1,
		Type: kind.Type, TypeVersion: kind.Version, OccurredAt: time.Now(), Actor: x.device.name, Inspection: north,
		Case: x.device.cases[0], Causation: uuid.New(), Data: data,
	}
	w.must(ahead.Update(t.Context(), programme, nil, func(ctx context.Context, tx *ledger.Tx) error {
		_, err := tx.Append(ctx, []ledger.Draft{draft})
		return err
	}))
	before := len(x.sent)
	steps(t, []*walker{x}, 300*time.Millisecond, 0)
	if len(x.sent) == before {
		t.Fatal("nothing was submitted after the jump")
	}
	x.collect(t.Context(), 10*time.Second)
	b := w.audit()
	jump := b.byID[draft.ID]
	for _, r := range b.byID {
		if r.Position > jump.Position && !r.RecordedAt.Equal(jump.RecordedAt) {
			t.Errorf("position %d was recorded at %s, the head was at %s", r.Position, r.RecordedAt, jump.RecordedAt)
		}
	}
	t.Logf("%d events were recorded at %s, the time before the jump",
		int(b.head-jump.Position), jump.RecordedAt.Format(time.TimeOnly))
	w.report("clock jumped back", b)
}
