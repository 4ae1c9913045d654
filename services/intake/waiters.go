package intake

import (
	"strings"
	"sync"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"

	"github.com/aboveline/aboveline/services/delivery"
)

// waiters hands each receipt that arrives for this door to the request that
// waits for it. A receipt that nobody waits for stays in the stream only.
type waiters struct {
	sub *nats.Subscription
	mu  sync.Mutex
	all map[uuid.UUID]chan delivery.Receipts
}

func newWaiters(nc *nats.Conn, door string) (*waiters, error) {
	w := &waiters{all: map[uuid.UUID]chan delivery.Receipts{}}
	sub, err := nc.Subscribe(delivery.DoorSubjects(door), w.take)
	if err != nil {
		return nil, err
	}
	w.sub = sub
	// The subscription must be known to the server before the first delivery.
	return w, nc.Flush()
}

// wait registers a delivery before it is published. The channel gets at most one
// value; forget must be called in the end.
func (w *waiters) wait(id uuid.UUID) <-chan delivery.Receipts {
	c := make(chan delivery.Receipts, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all[id] = c
	return c
}

func (w *waiters) forget(id uuid.UUID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.all, id)
}

func (w *waiters) take(m *nats.Msg) {
	id, err := uuid.Parse(m.Subject[strings.LastIndexByte(m.Subject, '.')+1:])
	if err != nil {
		return
	}
	w.mu.Lock()
	c, ok := w.all[id]
	delete(w.all, id)
	w.mu.Unlock()
	if !ok {
		return
	}
	if r, err := delivery.DecodeReceipts(m.Data); err == nil {
		c <- r
	}
}

func (w *waiters) close() error { return w.sub.Unsubscribe() }
