package recorder

import (
	"context"
	"sync"
)

// gate lets deliveries through in the order of their numbers 1, 2, 3 …, although
// the router starts a goroutine for each. A number that was let through once
// passes at once when it comes again (a retry in process).
type gate struct {
	mu      sync.Mutex
	next    uint64
	waiting map[uint64]chan struct{}
	left    map[uint64]bool // numbers above next that gave up their turn
}

func newGate() *gate {
	return &gate{next: 1, waiting: map[uint64]chan struct{}{}, left: map[uint64]bool{}}
}

// enter waits for the turn of number n. After it returned nil, the caller has
// the turn until it calls leave(n).
func (g *gate) enter(ctx context.Context, n uint64) error {
	g.mu.Lock()
	if n <= g.next {
		g.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	g.waiting[n] = turn
	g.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		g.mu.Lock()
		delete(g.waiting, n)
		g.mu.Unlock()
		return ctx.Err()
	}
}

// leave passes the turn on. It must be called once for every number, also when
// enter failed or the delivery could not be read.
func (g *gate) leave(n uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case n < g.next:
		return
	case n > g.next:
		g.left[n] = true
		return
	}
	for g.next++; g.left[g.next]; g.next++ {
		delete(g.left, g.next)
	}
	if turn, ok := g.waiting[g.next]; ok {
		delete(g.waiting, g.next)
		close(turn)
	}
}
