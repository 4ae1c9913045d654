package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/services/client"
	"github.com/aboveline/aboveline/services/query"
)

type replayCommand struct {
	Projection string `arg:"" help:"Read model to build anew, such as scores."`
	Programme  string `required:"" placeholder:"ID" help:"Programme."`
	Throttle   int    `placeholder:"N" help:"The most events per second (default: no limit)."`
	Cancel     bool   `help:"Cancel the replay that is under way."`
	Detach     bool   `help:"Start it and do not wait for its end."`
}

// lookEvery is how often a replay is asked for its progress.
const lookEvery = 200 * time.Millisecond

// Run starts a replay and follows it to the switch.
func (c replayCommand) Run(ctx context.Context, s *session) error {
	if c.Throttle < 0 {
		return usagef("--throttle: %d is not a number of events per second", c.Throttle)
	}
	api, err := s.client()
	if err != nil {
		return err
	}
	p := events.Programme(c.Programme)
	if c.Cancel {
		return c.cancel(ctx, s, api, p)
	}
	g, err := api.Replay(ctx, p, c.Projection, c.Throttle)
	if err != nil {
		return err
	}
	if c.Detach {
		if s.json {
			return s.printJSON(query.Requested{Generation: g})
		}
		_, err := fmt.Fprintf(s.stdout, "generation %d of %s is being built\n", g, c.Projection)
		return err
	}
	return s.followBuild(ctx, api, p, g)
}

func (c replayCommand) cancel(ctx context.Context, s *session, api *client.Client, p events.Programme) error {
	all, err := api.Generations(ctx, p)
	if err != nil {
		return err
	}
	for _, g := range all {
		if g.Projection == c.Projection && (!g.State.Built() || g.Wanted) {
			if err := api.CancelBuild(ctx, p, g.Generation); err != nil {
				return err
			}
			if s.json {
				return s.printJSON(query.Requested{Generation: g.Generation})
			}
			_, err := fmt.Fprintf(s.stdout, "generation %d of %s is cancelled; the active one stays\n",
				g.Generation, c.Projection)
			return err
		}
	}
	return fmt.Errorf("%s of programme %s is not being built", c.Projection, p)
}

// followBuild shows the progress of a generation until it is active, or is not going
// to be. An interrupt leaves it going on.
func (s *session) followBuild(ctx context.Context, api *client.Client, p events.Programme, n runner.Generation) error {
	show := s.buildProgress()
	defer show.stop()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		g, err := find(ctx, api, p, n)
		if err == nil && g.State.Built() && !g.Wanted {
			show.stop()
			return s.printBuilt(g)
		}
		if err == nil {
			show.at(g)
			select {
			case <-tick.C:
				continue
			case <-ctx.Done():
			}
		}
		if ctx.Err() != nil {
			show.stop()
			fmt.Fprintf(s.stderr, "aboveline: generation %d goes on without this command; "+
				"`aboveline generations --programme %s` shows it, and `aboveline replay … --cancel` ends it\n", n, p)
			return errReported
		}
		return err
	}
}

// find is one generation of a programme.
func find(ctx context.Context, api *client.Client, p events.Programme, n runner.Generation) (query.Generation, error) {
	all, err := api.Generations(ctx, p)
	if err != nil {
		return query.Generation{}, err
	}
	for _, g := range all {
		if g.Generation == n {
			return g, nil
		}
	}
	return query.Generation{}, fmt.Errorf("generation %d is gone", n)
}

// printBuilt says what became of a generation.
func (s *session) printBuilt(g query.Generation) error {
	if s.json {
		if err := s.printJSON(g); err != nil {
			return err
		}
	}
	if g.State != runner.StateActive {
		return errors.New(failure(g))
	}
	if s.json {
		return nil
	}
	_, err := fmt.Fprintf(s.stdout, "%s of %s: generation %d is verified and active, position %d\n",
		g.Projection, g.Programme, g.Generation, g.Position)
	return err
}

func failure(g query.Generation) string {
	if g.Reason == "" {
		return fmt.Sprintf("generation %d is %s", g.Generation, g.State)
	}
	return fmt.Sprintf("generation %d is %s: %s", g.Generation, g.State, g.Reason)
}

// buildShow shows how far a build is: a bar on a terminal, lines elsewhere, nothing
// where JSON is wanted.
type buildShow struct {
	session *session
	bar     *bar
	last    string
	shown   time.Time
}

func (s *session) buildProgress() *buildShow { return &buildShow{session: s} }

// at shows where a build is. A line that is no news comes once in a while.
func (b *buildShow) at(g query.Generation) {
	if terminal(b.session.stderr) {
		if b.bar == nil {
			b.bar = b.session.progress("Replaying "+g.Projection, int(g.Head))
		}
		b.bar.tracker.UpdateTotal(int64(g.Head))
		b.bar.tracker.UpdateMessage(fmt.Sprintf("Replaying %s (%s)", g.Projection, g.Phase))
		b.bar.done(int(g.Position), int(g.Head))
		return
	}
	if b.session.json || (g.Phase == b.last && time.Since(b.shown) < 2*time.Second) {
		return
	}
	b.last, b.shown = g.Phase, time.Now()
	line := fmt.Sprintf("%s: %d of %d events", g.Phase, g.Position, g.Head)
	if g.Rate > 0 {
		line += fmt.Sprintf(", %d events/s", g.Rate)
	}
	if g.Remaining != nil && g.Position < g.Head {
		line += fmt.Sprintf(", about %d s left", *g.Remaining+1)
	}
	fmt.Fprintln(b.session.stderr, line)
}

func (b *buildShow) stop() {
	if b.bar != nil {
		b.bar.stop()
		b.bar = nil
	}
}
