package recorder

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill/components/metrics"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/message/router/middleware"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/aboveline/aboveline/services/courier"
)

// inFlight is how many deliveries a recorder holds at once: the callers that can
// share one commit.
const inFlight = 512

// group names the recorders to the courier.
const group = "recorder"

// TakeOver gives back to the stream what a recorder held that crashed, so that it
// is recorded at once and before what came after it. It is for the only recorder
// of a stream, before its router runs; with others running, what they hold would
// be handled twice, which costs no entry but the order.
func TakeOver(ctx context.Context, js jetstream.JetStream) error {
	return courier.Release(ctx, js, group, courier.TopicSubmissions)
}

// NewRouter makes the router that brings deliveries from SUBMISSIONS to the
// recorder. A delivery that can never be handled goes to the parked queue with
// the reason; one that fails for now is tried again, here and then by the stream.
// Close the router before the recorder.
func NewRouter(r *Recorder, nc *nats.Conn, log *slog.Logger, reg prometheus.Registerer) (*message.Router, error) {
	wlog := watermill.NewSlogLoggerWithLevelMapping(log, map[slog.Level]slog.Level{slog.LevelInfo: slog.LevelDebug})
	router, err := message.NewRouter(message.RouterConfig{CloseTimeout: 5 * time.Second}, wlog)
	if err != nil {
		return nil, fmt.Errorf("recorder: router: %w", err)
	}
	publisher, err := courier.NewPublisher(nc, courier.PublisherConfig{})
	if err != nil {
		return nil, fmt.Errorf("recorder: router: %w", err)
	}
	subscriber, err := courier.NewSubscriber(nc, courier.SubscriberConfig{
		Group: group, MaxInFlight: inFlight, DrainTimeout: 3 * time.Second, Log: log,
	})
	if err != nil {
		return nil, fmt.Errorf("recorder: router: %w", err)
	}
	poison, err := middleware.PoisonQueueWithFilter(publisher, courier.TopicParked, IsPermanent)
	if err != nil {
		return nil, fmt.Errorf("recorder: router: %w", err)
	}
	if reg != nil {
		metrics.NewPrometheusMetricsBuilder(reg, "aboveline", "router").AddPrometheusRouterMetrics(router)
	}
	router.AddMiddleware(
		middleware.CorrelationID,
		poison,
		middleware.Retry{
			MaxRetries: 3, InitialInterval: 100 * time.Millisecond, MaxInterval: time.Second, Multiplier: 2,
			ShouldRetry: func(p middleware.RetryParams) bool { return !IsPermanent(p.Err) },
			Logger:      wlog,
		}.Middleware,
		middleware.Recoverer,
	)
	router.AddConsumerHandler("recorder", courier.TopicSubmissions, subscriber, r.Handle)
	return router, nil
}
