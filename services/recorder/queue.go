package recorder

import (
	"sync"

	"github.com/aboveline/aboveline/events"
)

// queue holds the deliveries that wait in a lane, by inspection. They leave in
// turns, one delivery of each inspection that has any, so that the backlog of one
// team does not hold up the others; within an inspection they keep their order.
type queue struct {
	mu      sync.Mutex
	waiting map[events.InspectionID][]*work
	turns   []events.InspectionID // inspections with deliveries, the next one first
	filled  chan struct{}         // has a value when there may be something to take
}

func newQueue() *queue {
	return &queue{waiting: map[events.InspectionID][]*work{}, filled: make(chan struct{}, 1)}
}

// put adds a delivery. The number of deliveries is bounded by what the courier
// hands out at once.
func (q *queue) put(w *work) {
	q.mu.Lock()
	i := w.delivery.Inspection
	if len(q.waiting[i]) == 0 {
		q.turns = append(q.turns, i)
	}
	q.waiting[i] = append(q.waiting[i], w)
	q.mu.Unlock()
	select {
	case q.filled <- struct{}{}:
	default:
	}
}

// take removes deliveries until they hold at least the number of entries, or none
// are left. The first delivery is taken whatever its size.
func (q *queue) take(entries int) []*work {
	q.mu.Lock()
	defer q.mu.Unlock()
	var ws []*work
	for n := 0; n < entries && len(q.turns) > 0; {
		i := q.turns[0]
		w := q.waiting[i][0]
		ws, n = append(ws, w), n+len(w.items)
		q.turns = q.turns[1:]
		if q.waiting[i] = q.waiting[i][1:]; len(q.waiting[i]) > 0 {
			q.turns = append(q.turns, i)
		} else {
			delete(q.waiting, i)
		}
	}
	return ws
}
