package query

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/scores/rows"
	"github.com/aboveline/aboveline/services/api"
)

const (
	// maxBenches is how many programmes are held in memory for previews; past it the
	// one that was used least lately goes.
	maxBenches = 8
	// benchIdle is how long one is held after its last use.
	benchIdle = 15 * time.Minute
)

// benches holds the programmes that are being edited in memory, since loading one
// takes a second and previewing on it milliseconds. It is safe for concurrent use.
type benches struct {
	mu   sync.Mutex
	held map[events.Programme]*bench
}

// bench is one programme in memory. Whoever holds turn works on it.
type bench struct {
	turn chan struct{}
	work *rows.Workbench
	used time.Time   // guarded by benches.mu
	idle *time.Timer // drops it

	source string
	parsed *framework.Framework
}

// parse reads a framework file; the last one is remembered, since people look at
// the same draft again and again.
func (b *bench) parse(source string) (*framework.Framework, error) {
	if b.parsed != nil && b.source == source {
		return b.parsed, nil
	}
	fw, err := framework.Parse("framework", []byte(source))
	if err != nil {
		return nil, err
	}
	b.source, b.parsed = source, fw
	return fw, nil
}

// use runs fn on the programme's bench, brought to where its scores stand. One
// caller works on a bench at a time; the others wait, as long as their context.
func (s *benches) use(ctx context.Context, q *Query, p events.Programme, fn func(*bench) error) error {
	b := s.hold(q, p)
	select {
	case b.turn <- struct{}{}:
		defer func() { <-b.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := b.work.Sync(ctx); err != nil {
		return err
	}
	return fn(b)
}

// hold finds or makes the bench of a programme.
func (s *benches) hold(q *Query, p events.Programme) *bench {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.held[p]
	if b == nil {
		for len(s.held) >= maxBenches {
			s.drop(s.oldest())
		}
		if s.held == nil {
			s.held = map[events.Programme]*bench{}
		}
		b = &bench{turn: make(chan struct{}, 1), work: q.scores.Workbench(q.ledger, p)}
		b.idle = time.AfterFunc(benchIdle, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.held[p] == b {
				s.drop(p)
			}
		})
		s.held[p] = b
	}
	b.used = time.Now()
	b.idle.Reset(benchIdle)
	return b
}

func (s *benches) oldest() (oldest events.Programme) {
	var since time.Time
	for p, b := range s.held {
		if since.IsZero() || b.used.Before(since) {
			oldest, since = p, b.used
		}
	}
	return oldest
}

// drop forgets a bench; who works on it finishes.
func (s *benches) drop(p events.Programme) {
	s.held[p].idle.Stop()
	delete(s.held, p)
}

// noScores is failed for what is about a whole programme.
func noScores(err error) error {
	if errors.Is(err, rows.ErrNotFound) {
		return api.Errorf(api.NotFound, "no programme has this id, or its scores are not there yet")
	}
	return failed(err)
}
