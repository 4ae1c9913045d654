package query

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/scores/rows"
)

func programmeOf(n int) events.Programme { return events.Programme(fmt.Sprint("p", n)) }

// The programme that was used least lately gives way, and none is held for longer
// than its time.
func TestBenchesAreBoundedAndGoWhenIdle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &Query{scores: rows.NewReader(nil)}
		s := &q.benches
		first := s.hold(q, programmeOf(0))
		for n := 1; n < maxBenches; n++ {
			<-time.After(time.Second)
			s.hold(q, programmeOf(n))
		}
		<-time.After(time.Second)
		if s.hold(q, programmeOf(0)) != first {
			t.Error("a bench that is held was made anew")
		}
		s.hold(q, programmeOf(maxBenches))
		if len(s.held) != maxBenches || s.held[programmeOf(0)] == nil || s.held[programmeOf(1)] != nil {
			t.Errorf("%d are held, of which the first %v and the least lately used %v",
				len(s.held), s.held[programmeOf(0)], s.held[programmeOf(1)])
		}
		<-time.After(benchIdle - time.Second)
		s.hold(q, programmeOf(0))
		<-time.After(2 * time.Second)
		synctest.Wait()
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.held) != 1 || s.held[programmeOf(0)] != first {
			t.Errorf("after a while %d are held", len(s.held))
		}
		s.drop(programmeOf(0)) // its timer with it
	})
}

// A caller waits for the one before it no longer than its context.
func TestBenchesTakeTurns(t *testing.T) {
	t.Parallel()
	q := &Query{scores: rows.NewReader(nil)}
	b := q.benches.hold(q, "p")
	defer b.idle.Stop()
	b.turn <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := q.benches.use(ctx, q, "p", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
