package recorder

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/delivery"
)

// Whatever is put in comes out once, in order within its inspection, and no
// inspection waits for a second turn of another.
func TestQueueIsFairAndKeepsOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		q := newQueue()
		names := rapid.SliceOfN(rapid.SampledFrom([]events.InspectionID{"a", "b", "c"}), 0, 60).Draw(t, "deliveries")
		put := map[events.InspectionID][]*work{}
		for _, i := range names {
			w := &work{delivery: delivery.Delivery{Inspection: i}, items: make([]item, 1)}
			put[i] = append(put[i], w)
			q.put(w)
		}
		got := map[events.InspectionID][]*work{}
		for {
			ws := q.take(rapid.IntRange(1, 7).Draw(t, "entries"))
			if len(ws) == 0 {
				break
			}
			for _, w := range ws {
				i := w.delivery.Inspection
				got[i] = append(got[i], w)
				for other, all := range put {
					if len(got[other]) < len(all) && len(got[i]) > len(got[other])+1 {
						t.Fatalf("%s had its turn %d before turn %d of %s", i, len(got[i]), len(got[other])+1, other)
					}
				}
			}
		}
		for i, all := range put {
			if !slices.Equal(all, got[i]) {
				t.Fatalf("inspection %s lost its order or deliveries", i)
			}
		}
	})
}

func TestQueueTakesUpToAFullTransaction(t *testing.T) {
	t.Parallel()
	q := newQueue()
	for range 5 {
		q.put(&work{items: make([]item, 100)})
	}
	if n := len(q.take(250)); n != 3 {
		t.Errorf("took %d deliveries of 100 entries for 250", n)
	}
	if n := len(q.take(250)); n != 2 {
		t.Errorf("took %d of the 2 left", n)
	}
}
