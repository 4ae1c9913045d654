package recorder

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// meters are what the recorder counts. They are registered on the registry of
// the process, never in init.
type meters struct {
	entries *prometheus.CounterVec
	batch   prometheus.Histogram
	latency prometheus.Histogram
	wait    prometheus.Histogram
	retries prometheus.Counter
}

func newMeters(reg prometheus.Registerer) (*meters, error) {
	m := &meters{
		entries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "aboveline_recorder_entries_total",
			Help: "Entries that got a receipt, by status.",
		}, []string{"status"}),
		batch: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "aboveline_recorder_batch_events", Help: "Events appended in one transaction.",
			Buckets: prometheus.ExponentialBuckets(1, 4, 8),
		}),
		latency: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "aboveline_recorder_append_seconds", Help: "Time of one append transaction.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14),
		}),
		wait: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "aboveline_recorder_receipt_seconds", Help: "Time from the door to the receipt.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 16),
		}),
		retries: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "aboveline_recorder_retries_total", Help: "Transactions tried again.",
		}),
	}
	for _, c := range []prometheus.Collector{m.entries, m.batch, m.latency, m.wait, m.retries} {
		if err := reg.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *meters) observe(ws []*work, appended int, took time.Duration) {
	m.latency.Observe(took.Seconds())
	if appended > 0 {
		m.batch.Observe(float64(appended))
	}
	for _, w := range ws {
		for n := range w.items {
			m.entries.WithLabelValues(string(w.items[n].verdict.status)).Inc()
		}
	}
}
