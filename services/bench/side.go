package main

import (
	"context"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	rounds = 5
	// laps are those of each side in a round, unless a single step lasts longer than
	// a lap should.
	laps = 3
)

// side is one of the things that are compared: it prepares n steps of work, which
// are then run against the clock. The number of steps decides how long a lap takes.
type side func(ctx context.Context, n int) (work, error)

// work is what was prepared. Run fails unless it did all of it.
type work struct {
	entries int
	run     func(ctx context.Context) (latencies []time.Duration, err error)
}

// lap is a stretch of work that was done. Latencies may be empty.
type lap struct {
	entries   int
	took      time.Duration
	cpu       time.Duration // of this process, which is all but Postgres
	latencies []time.Duration
}

// series are the rounds of one side.
type series struct {
	rates    []float64 // entries per second
	p50, p99 []float64 // milliseconds
	cpu      []float64 // microseconds of this process for an entry
}

func (s series) rate() float64 { return median(s.rates) }

// pace is how long a lap should take.
func (b *bench) pace() time.Duration {
	if b.config.quick {
		return 50 * time.Millisecond
	}
	return 200 * time.Millisecond
}

// interleave lets sides take turns; see the package comment.
func (b *bench) interleave(ctx context.Context, sides ...side) ([]series, error) {
	steps, turns := make([]int, len(sides)), laps
	for k, s := range sides {
		var err error
		if steps[k], err = b.warm(ctx, s); err != nil {
			return nil, err
		}
		if steps[k] == 0 {
			steps[k], turns = 1, 1
		}
	}
	all := make([]series, len(sides))
	for round := range rounds {
		sums := make([]lap, len(sides))
		for turn := range turns {
			for k := range sides {
				if (round+turn)%2 == 1 {
					k = len(sides) - 1 - k
				}
				l, err := sides[k].lap(ctx, steps[k])
				if err != nil {
					return nil, err
				}
				sums[k].add(l)
			}
		}
		for k, l := range sums {
			all[k].add(l)
		}
	}
	return all, nil
}

// warm runs a side until a lap is long enough to tell how many steps a lap of the
// right length has; 0 if one step is longer.
func (b *bench) warm(ctx context.Context, s side) (steps int, err error) {
	for n := 1; ; n *= 2 {
		l, err := s.lap(ctx, n)
		if err != nil {
			return 0, err
		}
		if l.took >= b.pace()/3 {
			return int(float64(n) * b.pace().Seconds() / l.took.Seconds()), nil
		}
	}
}

// lap prepares n steps and runs them. The garbage of the preparation is collected
// before the time starts.
func (s side) lap(ctx context.Context, n int) (lap, error) {
	w, err := s(ctx, n)
	if err != nil {
		return lap{}, err
	}
	runtime.GC()
	used, began := processor(), time.Now()
	latencies, err := w.run(ctx)
	return lap{entries: w.entries, took: time.Since(began), cpu: processor() - used, latencies: latencies}, err
}

// together runs sides at once.
func together(sides ...side) side {
	return func(ctx context.Context, n int) (work, error) {
		all := make([]work, len(sides))
		entries := 0
		for k, s := range sides {
			var err error
			if all[k], err = s(ctx, n); err != nil {
				return work{}, err
			}
			entries += all[k].entries
		}
		return work{entries, func(ctx context.Context) ([]time.Duration, error) {
			g, ctx := errgroup.WithContext(ctx)
			for _, w := range all {
				g.Go(func() error {
					_, err := w.run(ctx)
					return err
				})
			}
			return nil, g.Wait()
		}}, nil
	}
}

func (l *lap) add(m lap) {
	l.entries += m.entries
	l.took += m.took
	l.cpu += m.cpu
	l.latencies = append(l.latencies, m.latencies...)
}

func (s *series) add(l lap) {
	s.rates = append(s.rates, float64(l.entries)/l.took.Seconds())
	s.cpu = append(s.cpu, float64(l.cpu.Nanoseconds())/1000/float64(l.entries))
	if len(l.latencies) > 0 {
		slices.Sort(l.latencies)
		s.p50 = append(s.p50, ms(percentile(l.latencies, 50)))
		s.p99 = append(s.p99, ms(percentile(l.latencies, 99)))
	}
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	if len(sorted) == 0 {
		return 0
	}
	return sorted[len(sorted)/2]
}

// percentile is the smallest of the sorted values that p percent do not exceed.
func percentile(sorted []time.Duration, p int) time.Duration {
	return sorted[(len(sorted)*p+99)/100-1]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
