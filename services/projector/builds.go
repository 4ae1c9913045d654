package projector

import (
	"context"
	"log/slog"
	"sync"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/services/courier"
)

// maxBuilds is how many generations one projector builds at a time.
const maxBuilds = 2

// RequestedSubject is the core NATS subject that says that something was asked for
// of the generations of a programme; the message has no content and may be lost.
func RequestedSubject(p events.Programme) string {
	return "projections." + courier.Token(string(p)) + ".requested"
}

// requestedSubjects matches those of all programmes.
const requestedSubjects = "projections.*.requested"

// builds keeps builders running.
type builds struct {
	desk *runner.Desk

	mu      sync.Mutex
	running map[runner.Due]bool
}

// build starts builders for what is asked for, as many as there may be.
func (p *Projector) build(ctx context.Context, units *sync.WaitGroup) error {
	due, err := p.builds.desk.DueBuilds(ctx)
	if err != nil {
		return err
	}
	for _, d := range due {
		for _, projection := range p.config.Projections {
			if projection.Name() == d.Projection && p.builds.begin(d) {
				units.Go(func() {
					defer p.builds.end(d)
					p.buildOne(ctx, projection, d.Programme)
				})
			}
		}
	}
	return nil
}

func (p *Projector) buildOne(ctx context.Context, projection runner.Projection, programme events.Programme) {
	err := runner.Build(ctx, runner.BuildConfig{Config: runner.Config{
		Pool: p.config.Pool, Ledger: p.config.Ledger, Projection: projection, Programme: programme,
		Poll: p.config.Poll, Log: p.config.Log,
	}})
	p.alarm.ring(courier.Token(string(programme))) // there may be another generation to follow
	if err == nil || ctx.Err() != nil {
		return
	}
	p.config.Log.WarnContext(ctx, "generation not built", slog.String("projection", projection.Name()),
		slog.String("programme", string(programme)), slog.Bool("given_up", runner.IsBuildFailed(err)), slog.Any("error", err))
}

// begin reports whether a builder may start for the unit.
func (b *builds) begin(d runner.Due) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running[d] || len(b.running) >= maxBuilds {
		return false
	}
	b.running[d] = true
	return true
}

func (b *builds) end(d runner.Due) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.running, d)
}
