package runner_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/projections/runner"
)

func TestFollowsTheLedger(t *testing.T) {
	t.Parallel()
	pool := db.New(t)
	l := ledger.New(pool)
	for _, batch := range []int{1, 3, 10, 25, 1000} {
		p := events.Programme(rune('a' + batch%26))
		add(t, l, p, 25)
		c := config(as(t, pool, projector))
		c.Programme, c.Batch = p, batch
		r := start(t, c)
		r.reach(25)
		wantJournal(t, pool, p, 25)
		r.stop()
		if err := r.end(); err != nil {
			t.Errorf("a runner whose context ended: %v", err)
		}
	}
}

// A runner that never looks by itself is woken for everything, also by a wake-up
// that comes while it works.
func TestWakeUpIsPrompt(t *testing.T) {
	t.Parallel()
	pool := db.New(t)
	l := ledger.New(pool)
	wake := make(chan struct{}, 1)
	c := config(as(t, pool, projector))
	c.Wake = wake
	r := start(t, c)
	r.reach(0)
	for n := range 50 {
		add(t, l, programme, 1+n%3)
		select {
		case wake <- struct{}{}:
		default: // one is pending
		}
		if n%5 == 4 {
			h, err := l.Head(t.Context(), programme)
			if err != nil {
				t.Fatal(err)
			}
			r.reach(h.Position)
		}
	}
	wantJournal(t, pool, programme, 99)
}

func TestLostWakeUpIsHealedByThePoll(t *testing.T) {
	t.Parallel()
	pool := db.New(t)
	c := config(as(t, pool, projector))
	c.Poll, c.Wake = 10*time.Millisecond, make(chan struct{})
	r := start(t, c)
	r.reach(0)
	for n := range 5 {
		add(t, ledger.New(pool), programme, 2)
		r.reach(events.Position(2 * (n + 1)))
	}
	wantJournal(t, pool, programme, 10)
}

// Batches that the ledger cuts short, because their data are large, are followed
// by the rest without waiting.
func TestLargeEventsDoNotWaitForThePoll(t *testing.T) {
	t.Parallel()
	pool := db.New(t)
	large := strings.Repeat("x", 3<<20)
	for range 8 {
		appendTo(t, ledger.New(pool), programme, draft(t, events.ProgrammeOpened{Name: large}))
	}
	start(t, config(as(t, pool, projector))).reach(8)
	wantJournal(t, pool, programme, 8)
}

func TestRestartGoesOn(t *testing.T) {
	t.Parallel()
	pool := db.New(t)
	l := ledger.New(pool)
	for n := range 6 {
		add(t, l, programme, 7)
		c := config(as(t, pool, projector))
		c.Batch = n + 1
		r := start(t, c)
		r.reach(events.Position(7 * (n + 1)))
		r.stop()
		if err := r.end(); err != nil {
			t.Fatal(err)
		}
		wantJournal(t, pool, programme, 7*(n+1))
	}
	var generations int
	err := pool.QueryRow(t.Context(), `SELECT count(*) FROM projections.generations`).Scan(&generations)
	if err != nil || generations != 1 {
		t.Errorf("%d generations (%v), want one", generations, err)
	}
}

// Programmes do not stand in each other's way, nor in that of a reader who has the
// tables in use while partitions are made.
func TestProgrammesBesideAReader(t *testing.T) {
	t.Parallel()
	pool := db.New(t)
	read, err := as(t, pool, reader).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = read.Rollback(context.WithoutCancel(t.Context())) }()
	const look = `SELECT count(*) FROM projections.journal`
	if _, err := read.Exec(t.Context(), look); err != nil {
		t.Fatal(err)
	}
	projectors := as(t, pool, projector)
	var all []*running
	for _, p := range []events.Programme{"a", "b", "c"} {
		add(t, ledger.New(pool), p, 10)
		c := config(projectors)
		c.Programme, c.Ledger = p, ledger.New(pool)
		all = append(all, start(t, c))
	}
	for _, r := range all {
		r.reach(10)
	}
	if _, err := read.Exec(t.Context(), look); err != nil {
		t.Error(err)
	}
}

func TestRunRefusesAnIncompleteConfig(t *testing.T) {
	t.Parallel()
	whole := config(db.New(t))
	for name, spoil := range map[string]func(*runner.Config){
		"pool":       func(c *runner.Config) { c.Pool = nil },
		"ledger":     func(c *runner.Config) { c.Ledger = nil },
		"projection": func(c *runner.Config) { c.Projection = nil },
		"programme":  func(c *runner.Config) { c.Programme = "" },
		"poll":       func(c *runner.Config) { c.Poll = -1 },
		"batch":      func(c *runner.Config) { c.Batch = ledger.MaxBatch + 1 },
	} {
		c := whole
		spoil(&c)
		if err := runner.Run(t.Context(), c); err == nil {
			t.Errorf("a config with a wrong %s is accepted", name)
		}
	}
}
