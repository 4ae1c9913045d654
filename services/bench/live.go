package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/services/client"
	"github.com/aboveline/aboveline/services/importer"
)

const (
	liveRate    = 2000 // entries per second
	livePeriod  = 5 * time.Millisecond
	liveClients = 16
)

// liveRow sends single entries at a steady rate to a whole `aboveline serve` and
// looks when each of them is in the figures that readers see.
func liveRow(ctx context.Context, b *bench) (_ []figure, err error) {
	s, err := b.serve(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = firstOf(err, s.close(ctx)) }()
	l := &live{serving: s, programme: measured, inspection: area(0)}
	if err := l.prepare(ctx); err != nil {
		return nil, err
	}
	seconds := 2
	if b.config.quick {
		seconds = 1
	}
	var p50, p99, rates []float64
	for round := range rounds + 1 {
		lags, took, err := l.round(ctx, seconds*liveRate)
		if err != nil {
			return nil, err
		}
		if round == 0 {
			continue // warm-up
		}
		slices.Sort(lags)
		p50, p99 = append(p50, ms(percentile(lags, 50))), append(p99, ms(percentile(lags, 99)))
		rates = append(rates, float64(len(lags))/took.Seconds())
	}
	return []figure{
		{
			name: "live-lag-p99-ms", value: median(p99), unit: "ms", bar: valueUpTo(100),
			note: fmt.Sprintf("recorded_at to visible, single entries at %.0f/s (wanted %d/s), looked at every 2 ms",
				median(rates), liveRate),
		},
		{name: "live-lag-p50-ms", value: median(p50), unit: "ms", note: "the same"},
	}, nil
}

// live is an inspection into which entries are sent.
type live struct {
	*serving
	programme  events.Programme
	inspection events.InspectionID
	callers    []*caller
	doors      []client.Submitter
}

func (l *live) prepare(ctx context.Context) error {
	set, err := importer.Read(l.bench.config.dataset, importer.Target{Programme: l.programme, Inspection: l.inspection})
	if err != nil {
		return err
	}
	if _, err := set.Open(ctx, l.admin, l.inspection); err != nil {
		return err
	}
	l.callers = l.inspectors(set.Framework)
	for _, c := range l.callers {
		if _, err := l.admin.AddTeamMember(ctx, l.inspection, c.actor, events.RoleInspector, ""); err != nil {
			return err
		}
		token, err := l.admin.Token(ctx, c.actor, events.RoleInspector, l.inspection, time.Hour)
		if err != nil {
			return err
		}
		api, err := client.New(l.ready.URL, token)
		if err != nil {
			return err
		}
		door, err := l.serving.doors(ctx, 1, api)
		if err != nil {
			return err
		}
		l.doors = append(l.doors, door...)
	}
	return nil
}

func (l *live) inspectors(fw *framework.Framework) []*caller {
	all := newCallers(liveClients, fw)
	for _, c := range all {
		c.inspection = l.inspection
	}
	return all
}

// round sends n entries and returns how long each took from recorded to visible,
// and how long the sending took.
func (l *live) round(ctx context.Context, n int) ([]time.Duration, time.Duration, error) {
	queues := make([][]entry.Submission, len(l.callers))
	for k, c := range l.callers {
		judgements, opened, err := c.next(n / len(l.callers))
		if err != nil {
			return nil, 0, err
		}
		receipts, err := l.doors[k].Submit(ctx, l.inspection, entry.Submission{ID: uuid.New(), Entries: opened})
		if err == nil {
			err = recorded(receipts)
		}
		if err != nil {
			return nil, 0, err
		}
		for _, j := range judgements {
			queues[k] = append(queues[k], entry.Submission{ID: uuid.New(), Entries: []jsontext.Value{j}})
		}
	}
	w := &watch{live: l}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	var g errgroup.Group
	g.Go(func() error { return w.run(watching) })
	took, err := l.send(ctx, queues, w)
	if err == nil {
		err = l.await(ctx, l.programme, w.highest())
	}
	stop()
	if watched := g.Wait(); err == nil {
		err = watched
	}
	if err != nil {
		return nil, 0, err
	}
	lags, err := w.lags()
	return lags, took, err
}

// send starts submissions at the rate, whether or not earlier ones are answered.
func (l *live) send(ctx context.Context, queues [][]entry.Submission, w *watch) (time.Duration, error) {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(1024)
	tick := time.NewTicker(livePeriod)
	defer tick.Stop()
	began := time.Now()
	sent, total := 0, len(queues)*len(queues[0])
	for sent < total {
		due := min(total, int(time.Since(began).Seconds()*liveRate))
		for ; sent < due; sent++ {
			k, m := sent%len(queues), sent/len(queues)
			g.Go(func() error {
				receipts, err := l.doors[k].Submit(ctx, l.inspection, queues[k][m])
				if err == nil {
					err = recorded(receipts)
				}
				if err == nil {
					w.note(receipts[0])
				}
				return err
			})
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return 0, g.Wait()
		}
	}
	took := time.Since(began)
	return took, g.Wait()
}

// watch notes when positions become visible and when they were recorded.
type watch struct {
	*live
	heads []sighting // for run alone, until it has returned

	mu       sync.Mutex
	receipts []entry.Receipt
}

// sighting is a position that readers saw at a time.
type sighting struct {
	position events.Position
	at       time.Time
}

func (w *watch) note(r entry.Receipt) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.receipts = append(w.receipts, r)
}

func (w *watch) highest() (p events.Position) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.receipts {
		p = max(p, r.Position)
	}
	return p
}

// run looks until the context ends, and then once more.
func (w *watch) run(ctx context.Context) error {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		last := ctx.Err() != nil
		at, err := w.visible(context.WithoutCancel(ctx), w.programme)
		if err != nil {
			return err
		}
		if n := len(w.heads); n == 0 || w.heads[n-1].position < at {
			w.heads = append(w.heads, sighting{at, time.Now()})
		}
		if last {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

// lags are the times from recorded to visible; call it when run has returned.
func (w *watch) lags() ([]time.Duration, error) {
	lags := make([]time.Duration, 0, len(w.receipts))
	for _, r := range w.receipts {
		k, _ := slices.BinarySearchFunc(w.heads, r.Position, func(s sighting, p events.Position) int {
			if s.position < p {
				return -1
			}
			return 1
		})
		if k == len(w.heads) {
			return nil, fmt.Errorf("position %d was never visible", r.Position)
		}
		lags = append(lags, w.heads[k].at.Sub(r.RecordedAt))
	}
	return lags, nil
}
