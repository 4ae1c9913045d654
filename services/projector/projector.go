package projector

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/services/recorder"
)

// Config is what a projector needs; NATS, Poll, Log and Registerer may be left
// out.
type Config struct {
	// Pool has the projector's rights; each unit holds one connection of it.
	Pool        *pgxpool.Pool
	Ledger      *ledger.Ledger
	Projections []runner.Projection
	// NATS brings the wake-ups; without it runners poll.
	NATS *nats.Conn
	// Poll is how often runners and the list of programmes are looked at without a
	// wake-up; 1 s if 0.
	Poll       time.Duration
	Log        *slog.Logger
	Registerer prometheus.Registerer
}

func (c Config) validate() error {
	if c.Pool == nil || c.Ledger == nil || len(c.Projections) == 0 {
		return errors.New("projector: config needs Pool, Ledger and Projections")
	}
	return nil
}

// Projector keeps the units running.
type Projector struct {
	config   Config
	alarm    *alarm
	builds   *builds
	position *prometheus.GaugeVec

	mu      sync.Mutex
	started map[events.Programme]bool
	broken  map[string]error // by unit; units that cannot go on
}

// New makes a projector; Run starts it.
func New(c Config) (*Projector, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	c.Poll, c.Log = cmp.Or(c.Poll, time.Second), cmp.Or(c.Log, slog.New(slog.DiscardHandler))
	p := &Projector{
		config: c, alarm: newAlarm(), started: map[events.Programme]bool{}, broken: map[string]error{},
		position: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "aboveline_projection_position",
			Help: "Position that the read models of a unit have reached.",
		}, []string{"projection", "programme"}),
	}
	p.builds = &builds{desk: runner.NewDesk(c.Pool, c.Ledger, c.Projections...), running: map[runner.Due]bool{}}
	if c.Registerer != nil {
		if err := c.Registerer.Register(p.position); err != nil {
			return nil, fmt.Errorf("projector: metrics: %w", err)
		}
	}
	return p, nil
}

// Run works until the context ends; it returns when every unit has stopped.
func (p *Projector) Run(ctx context.Context) error {
	var units sync.WaitGroup
	defer units.Wait()
	fresh := make(chan struct{}, 1)
	if p.config.NATS != nil {
		sub, err := p.config.NATS.Subscribe(recorder.AppendedSubjects, func(m *nats.Msg) {
			token := strings.TrimSuffix(strings.TrimPrefix(m.Subject, "ledger."), ".appended")
			if !p.alarm.ring(token) {
				select {
				case fresh <- struct{}{}: // a programme that nobody follows yet
				default:
				}
			}
		})
		if err != nil {
			return fmt.Errorf("projector: %w", err)
		}
		defer sub.Unsubscribe() //nolint:errcheck // the connection may be closing too
		requests, err := p.config.NATS.Subscribe(requestedSubjects, func(*nats.Msg) {
			select {
			case fresh <- struct{}{}:
			default:
			}
		})
		if err != nil {
			return fmt.Errorf("projector: %w", err)
		}
		defer requests.Unsubscribe() //nolint:errcheck // as above
	}
	tick := time.NewTicker(p.config.Poll)
	defer tick.Stop()
	for {
		if err := p.discover(ctx, &units); err != nil && ctx.Err() == nil {
			p.config.Log.WarnContext(ctx, "programmes not listed", slog.Any("error", err))
		}
		if err := p.build(ctx, &units); err != nil && ctx.Err() == nil {
			p.config.Log.WarnContext(ctx, "builds not listed", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-fresh:
		}
	}
}

// discover starts the units of programmes that appeared.
func (p *Projector) discover(ctx context.Context, units *sync.WaitGroup) error {
	programmes, err := p.config.Ledger.Programmes(ctx)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, programme := range programmes {
		if p.started[programme] {
			continue
		}
		p.started[programme] = true
		for _, projection := range p.config.Projections {
			bell := p.alarm.bell(programme)
			units.Go(func() { p.follow(ctx, projection, programme, bell) })
		}
	}
	return nil
}

// follow runs one unit, again and again if it cannot go on.
func (p *Projector) follow(
	ctx context.Context, projection runner.Projection, programme events.Programme, bell <-chan struct{},
) {
	unit := projection.Name() + "/" + string(programme)
	gauge := p.position.WithLabelValues(projection.Name(), string(programme))
	for ctx.Err() == nil {
		err := runner.Run(ctx, runner.Config{
			Pool: p.config.Pool, Ledger: p.config.Ledger, Projection: projection, Programme: programme,
			Wake: bell, Poll: p.config.Poll, Log: p.config.Log,
			Progress: func(at events.Position) {
				gauge.Set(float64(at))
				p.mark(unit, nil)
			},
		})
		if err == nil {
			return
		}
		p.mark(unit, err)
		p.config.Log.ErrorContext(ctx, "projection stopped", slog.String("projection", projection.Name()),
			slog.String("programme", string(programme)), slog.Any("error", err))
		select {
		case <-time.After(10 * p.config.Poll):
		case <-bell:
		case <-ctx.Done():
		}
	}
}

func (p *Projector) mark(unit string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil {
		delete(p.broken, unit)
		return
	}
	p.broken[unit] = err
}

// Ready names the units that cannot go on; nil if all can.
func (p *Projector) Ready() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var errs []error
	for unit, err := range p.broken {
		errs = append(errs, fmt.Errorf("%s: %w", unit, err))
	}
	return errors.Join(errs...)
}
