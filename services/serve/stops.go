package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
)

// stops are what has to be stopped, in the order of the start; they are stopped
// in the opposite order.
type stops struct {
	log   *slog.Logger
	steps []step
}

type step struct {
	name string
	stop func(context.Context) error
}

func (s *stops) push(name string, stop func(context.Context) error) {
	s.steps = append(s.steps, step{name, stop})
}

// all stops everything, whatever fails on the way, within stopWithin.
func (s *stops) all() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	var errs []error
	for _, x := range slices.Backward(s.steps) {
		s.log.DebugContext(ctx, "stopping part", slog.String("part", x.name))
		if err := x.stop(ctx); err != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", x.name, err))
		}
	}
	return errors.Join(errs...)
}

// background starts run and returns the function that ends and awaits it.
func background(run func(context.Context) error) func(context.Context) error {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	return func(wait context.Context) error {
		cancel()
		select {
		case err := <-done:
			return err
		case <-wait.Done():
			return wait.Err()
		}
	}
}
