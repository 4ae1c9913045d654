package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/pprof"
	"time"
)

// row is one thing that is measured. It may give several figures.
type row struct {
	name, what string
	run        func(ctx context.Context, b *bench) ([]figure, error)
}

// figure is one line of the table.
type figure struct {
	name string
	// value and baseline are in unit; baseline is 0 where there is none.
	value    float64
	unit     string
	baseline float64
	// bar is what the ratio, or the value where there is no baseline, should reach.
	bar  bar
	note string
}

func (f figure) ratio() float64 {
	if f.baseline == 0 {
		return 0
	}
	return f.value / f.baseline
}

// bar is a limit that a figure should keep; the zero bar is none.
type bar struct {
	limit   float64
	atMost  bool // otherwise at least
	onValue bool // otherwise on the ratio
}

func atLeast(ratio float64) bar   { return bar{limit: ratio} }
func atMost(ratio float64) bar    { return bar{limit: ratio, atMost: true} }
func valueUpTo(value float64) bar { return bar{limit: value, atMost: true, onValue: true} }

func everyRow() []row {
	return []row{
		{"append-500", "batches of 500 into one programme, events/s", appendRow("append-500", 500, atLeast(0.80))},
		{"append-500-fresh", "the same into a new, empty programme without statistics", freshRow},
		{"append-10", "batches of 10", appendRow("append-10", 10, atLeast(0.60))},
		{"append-1", "one event at a time", appendRow("append-1", 1, atLeast(0.45))},
		{"append-2x2", "batches of 500, two writers with a programme each", twoWritersRow},
		{"group-commit-64", "64 callers of the recorder with one entry each", groupRow("group-commit-64", 64)},
		{"group-commit-512", "512 callers of the recorder with one entry each", groupRow("group-commit-512", 512)},
		{"e2e-1", "64 clients of the NATS door with one entry each, to the receipt", e2eOneRow},
		{"e2e-100", "8 clients of the NATS door with submissions of 100 entries", e2eHundredRow},
		{"read-decode", "streaming read, every event decoded strictly", readRow("read-decode", atLeast(0.90), decodeAll)},
		{"read-verify", "streaming read, every leaf hash computed", readRow("read-verify", atLeast(0.60), verifyAll)},
		{"import", "the reference set through the NATS door until its figures are visible", importRow},
		{"preview", "what one moved question would do to every figure, against SQL", previewRow},
		{"rebuild-scores", "the scores with history, rows and checkpoints committed", rebuildRow},
		{"live-lag-p99-ms", "recorded to visible figure at 2,000 entries/s", liveRow},
		{"fold-judgement-ns", "one revised judgement in the fold of the scores", foldRow},
	}
}

// measure runs the selected rows and reports.
func measure(ctx context.Context, c config, stdout, stderr io.Writer) (err error) {
	var selected []row
	for _, r := range everyRow() {
		if c.selected.MatchString(r.name) {
			selected = append(selected, r)
		}
	}
	if len(selected) == 0 {
		return fmt.Errorf("no row matches -run %q; -h lists them", c.selected)
	}
	began := time.Now()
	before := load()
	b, err := start(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.stop(ctx)) }()
	var (
		figures []figure
		failed  []error
	)
	for _, r := range selected {
		fmt.Fprintf(stderr, "%-18s %s\n", r.name, r.what)
		found, err := b.one(ctx, r)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", r.name, err))
			if ctx.Err() != nil {
				break
			}
			continue
		}
		figures = append(figures, found...)
	}
	m, err := machine(ctx, b)
	if err != nil {
		failed = append(failed, err)
	}
	m.command, m.before, m.after, m.took = c.command, before, load(), time.Since(began)
	if err := report(stdout, m, figures); err != nil {
		failed = append(failed, err)
	}
	if err := store(latest, figures); err != nil {
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// one runs a row, with a profile if one is wanted.
func (b *bench) one(ctx context.Context, r row) (found []figure, err error) {
	if b.config.profile != "" {
		//nolint:gosec // the directory that we are told to write to
		if err := os.MkdirAll(b.config.profile, 0o750); err != nil {
			return nil, err
		}
		//nolint:gosec // as above
		f, err := os.Create(filepath.Join(b.config.profile, r.name+".pprof"))
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return nil, err
		}
		defer pprof.StopCPUProfile()
	}
	return r.run(ctx, b)
}
