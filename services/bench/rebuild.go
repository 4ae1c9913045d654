package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores/rows"
)

// rebuildRow builds a generation of the scores of the whole long log, against raw
// read of the same events, and says how much memory the builder took.
func rebuildRow(ctx context.Context, b *bench) ([]figure, error) {
	l, err := b.longLog(ctx)
	if err != nil {
		return nil, err
	}
	r := &rebuilds{log: l}
	s, err := b.interleave(ctx, r.side, l.readRaw(l.events))
	if err = errors.Join(err, r.sweep(ctx)); err != nil { // a build that waits holds a connection
		return nil, err
	}
	return []figure{
		{
			name: "rebuild-scores", value: s[0].rate(), unit: "events/s", baseline: s[1].rate(), bar: atLeast(0.80),
			note: fmt.Sprintf("runner.Build of %d events, %d inspections, %.1f s to fold and append, "+
				"%.1f s for other rows and keys, all committed; then %.1f s for parity and switch; against raw read",
				l.events, inspections, median(r.reading), median(r.finishing), median(r.parity)),
		},
		{
			name: "builder-mib", value: median(r.mib), unit: "MiB", bar: valueUpTo(256),
			note: "most heap and stacks in use during such a build, less what was in use before it",
		},
	}, nil
}

// rebuilt is the projection under a name of its own, so that it has no generation
// yet.
type rebuilt struct {
	rows.Projection
	name string
}

// Name implements runner.Projection.
func (r rebuilt) Name() string { return r.name }

// rebuilds builds the scores again and again.
type rebuilds struct {
	log  *longLog
	made int
	mib  []float64
	// Seconds of the phases.
	reading, finishing, parity []float64
}

// side builds n generations, each of a read model of its own. What the ones before
// left is removed before the time starts.
func (r *rebuilds) side(ctx context.Context, n int) (work, error) {
	if err := r.sweep(ctx); err != nil {
		return work{}, err
	}
	configs := make([]runner.BuildConfig, n)
	for k := range configs {
		r.made++
		configs[k] = runner.BuildConfig{Config: runner.Config{
			Pool: r.log.pool, Ledger: r.log.ledger, Programme: r.log.programme,
			Projection: rebuilt{name: fmt.Sprintf("scores-%d", r.made)},
		}}
		desk := runner.NewDesk(r.log.pool, r.log.ledger, configs[k].Projection)
		if _, err := desk.Replay(ctx, configs[k].Projection.Name(), r.log.programme, "bench", 0, ""); err != nil {
			return work{}, err
		}
	}
	return work{n * r.log.events, func(ctx context.Context) ([]time.Duration, error) {
		for _, c := range configs {
			if err := r.sweep(ctx); err != nil { // none when there is one build a lap
				return nil, err
			}
			if err := r.one(ctx, c); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}}, nil
}

// one builds up to where the rows are committed. There the builder waits until the
// clock has stopped, see sweep.
func (r *rebuilds) one(ctx context.Context, c runner.BuildConfig) error {
	began, finishing, checking := time.Now(), time.Time{}, time.Time{}
	committed, goOn, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	c.Phase = func(what string) {
		switch {
		case what == "finishing":
			finishing = time.Now()
		case what == "checking" && checking.IsZero():
			r.reading = append(r.reading, finishing.Sub(began).Seconds())
			r.finishing = append(r.finishing, time.Since(finishing).Seconds())
			close(committed)
			<-goOn
			checking = time.Now()
		}
	}
	peak := watchMemory()
	go func() {
		err := runner.Build(ctx, c)
		if err == nil {
			r.parity = append(r.parity, time.Since(checking).Seconds())
		}
		done <- err
	}()
	select {
	case <-committed:
	case err := <-done:
		return err
	}
	r.mib = append(r.mib, peak())
	r.log.pending = func() error {
		close(goOn)
		return <-done
	}
	return nil
}

// sweep lets the build before go on to its end, and removes what it left.
func (r *rebuilds) sweep(ctx context.Context) error {
	if r.log.pending == nil {
		return nil
	}
	err := r.log.pending()
	r.log.pending = nil
	if err != nil {
		return err
	}
	for _, sql := range []string{
		`DELETE FROM projections.active`, `UPDATE projections.generations SET state = 'dropped' WHERE NOT cleared`,
	} {
		if _, err := r.log.pool.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return runner.Build(ctx, runner.BuildConfig{Config: runner.Config{
		Pool: r.log.pool, Ledger: r.log.ledger, Programme: r.log.programme,
		Projection: rebuilt{name: fmt.Sprintf("scores-%d", r.made)},
	}})
}

// watchMemory looks at the memory in use until the function it returns is called,
// which gives the most there was above what was in use at the start, in MiB.
func watchMemory() func() float64 {
	inUse := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapInuse + m.StackInuse
	}
	start, most := inUse(), uint64(0)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			most = max(most, inUse())
			select {
			case <-tick.C:
			case <-stop:
				return
			}
		}
	}()
	return func() float64 {
		close(stop)
		<-stopped
		return float64(most-min(most, start)) / (1 << 20)
	}
}
