package projector

import (
	"sync"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/courier"
)

// alarm hands wake-ups to the runners of a programme. A wake-up that comes while
// one is pending is dropped: the runner reads to the end anyway.
type alarm struct {
	mu    sync.Mutex
	bells map[string][]chan struct{} // by subject token of the programme
}

func newAlarm() *alarm { return &alarm{bells: map[string][]chan struct{}{}} }

// bell is the wake-up channel of one runner of the programme.
func (a *alarm) bell(p events.Programme) <-chan struct{} {
	c := make(chan struct{}, 1)
	a.mu.Lock()
	defer a.mu.Unlock()
	t := courier.Token(string(p))
	a.bells[t] = append(a.bells[t], c)
	return c
}

// ring wakes the runners of a programme; it reports whether there are any.
func (a *alarm) ring(token string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, c := range a.bells[token] {
		select {
		case c <- struct{}{}:
		default:
		}
	}
	return len(a.bells[token]) > 0
}
