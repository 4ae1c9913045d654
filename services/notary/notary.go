package notary

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/checkpoint"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/events/notary"
	"github.com/aboveline/aboveline/services/access"
	"github.com/aboveline/aboveline/services/courier"
)

// Config is what the service needs; Memory, Interval, Witnesses, NATS, Log and
// Registerer may be left out.
type Config struct {
	// Pool has the rights of aboveline_notary, Reader those of aboveline_reader. Both
	// stay the caller's to close.
	Pool, Reader *pgxpool.Pool
	Guard        *access.Guard
	Key          *checkpoint.Key
	// Memory is the directory in which the last checkpoint of each programme is kept
	// beside the key.
	Memory string
	// Interval is how often a head that moves is signed; notary.DefaultInterval if 0.
	Interval  time.Duration
	Witnesses []checkpoint.Witness
	// NATS carries new checkpoints; without it they are only stored.
	NATS       *nats.Conn
	Log        *slog.Logger
	Registerer prometheus.Registerer
}

func (c Config) validate() error {
	if c.Pool == nil || c.Reader == nil || c.Guard == nil || c.Key == nil {
		return errors.New("notary: config needs Pool, Reader, Guard and Key")
	}
	return nil
}

// Service signs and serves. It is safe for concurrent use and has nothing to close.
type Service struct {
	config Config
	notary *notary.Notary
	log    *notary.Log
	ledger *ledger.Ledger

	signed  *prometheus.CounterVec
	refused *prometheus.CounterVec
	size    *prometheus.GaugeVec
}

// New makes the service; Run starts the signing at intervals.
func New(c Config) (*Service, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	c.Log = cmp.Or(c.Log, slog.New(slog.DiscardHandler))
	s := &Service{
		config: c, log: notary.NewLog(c.Reader), ledger: ledger.New(c.Reader),
		signed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "aboveline_checkpoints_signed_total", Help: "Checkpoints signed by this process.",
		}, []string{"programme"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "aboveline_checkpoints_refused_total",
			Help: "Checkpoints not signed because the ledger contradicts what was signed before.",
		}, []string{"programme"}),
		size: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "aboveline_checkpoint_size", Help: "Events under the last checkpoint signed by this process.",
		}, []string{"programme"}),
	}
	if c.Registerer != nil {
		for _, m := range []prometheus.Collector{s.signed, s.refused, s.size} {
			if err := c.Registerer.Register(m); err != nil {
				return nil, fmt.Errorf("notary: metrics: %w", err)
			}
		}
	}
	var err error
	s.notary, err = notary.New(notary.Config{
		Pool: c.Pool, Key: c.Key, Memory: c.Memory, Witnesses: c.Witnesses, Log: c.Log,
		OnSigned: s.publish,
		OnRefused: func(_ context.Context, p events.Programme, _ error) {
			s.refused.WithLabelValues(string(p)).Inc()
		},
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Run signs at intervals until the context ends, and then returns nil.
func (s *Service) Run(ctx context.Context) error { return s.notary.Run(ctx, s.config.Interval) }

// Sign returns a checkpoint over everything recorded so far; see notary.Notary.Sign.
func (s *Service) Sign(ctx context.Context, p events.Programme) (checkpoint.Signed, error) {
	return s.notary.Sign(ctx, p)
}

// Subject is where the checkpoints of a programme are published.
func Subject(p events.Programme) string { return "log." + courier.Token(string(p)) + ".checkpoint" }

func (s *Service) publish(ctx context.Context, c checkpoint.Signed) {
	s.signed.WithLabelValues(string(c.Programme)).Inc()
	s.size.WithLabelValues(string(c.Programme)).Set(float64(c.Size))
	if s.config.NATS == nil {
		return
	}
	if err := s.config.NATS.Publish(Subject(c.Programme), c.Note); err != nil {
		s.config.Log.WarnContext(ctx, "checkpoint not published",
			slog.String("programme", string(c.Programme)), slog.Any("error", err))
	}
}

// covering is a stored checkpoint with its witnesses that covers a position: the
// newest if that does, else one that is signed now.
func (s *Service) covering(ctx context.Context, p events.Programme, at events.Position) (checkpoint.Signed, error) {
	latest, err := s.log.Latest(ctx, p)
	if err == nil && latest.Size >= uint64(at) || err != nil && !notary.IsEmpty(err) {
		return latest, err
	}
	return s.fresh(ctx, p)
}

// fresh is a stored checkpoint with its witnesses over everything recorded so far.
func (s *Service) fresh(ctx context.Context, p events.Programme) (checkpoint.Signed, error) {
	c, err := s.notary.Sign(ctx, p)
	if err != nil {
		return c, err
	}
	return s.log.At(ctx, p, c.Size)
}
