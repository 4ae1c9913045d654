package runner_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/projections/runner"
)

// works is a database with a journal of n events whose runner goes on.
func works(t *testing.T, n int) (*pgxpool.Pool, *running) {
	t.Helper()
	pool := db.New(t)
	add(t, ledger.New(pool), programme, n)
	c := config(as(t, pool, projector))
	c.Poll = pollOften
	r := start(t, c)
	r.reach(events.Position(n))
	return pool, r
}

// builds is the builder of the journal.
func builds(t *testing.T, pool *pgxpool.Pool) runner.BuildConfig {
	t.Helper()
	c := config(as(t, pool, projector))
	c.Batch, c.Poll = 4, pollOften
	return runner.BuildConfig{Config: c}
}

func deskOf(t *testing.T, pool *pgxpool.Pool) *runner.Desk {
	t.Helper()
	limited := as(t, pool, projector)
	return runner.NewDesk(limited, ledger.New(limited), journal{version: 1})
}

func replay(t *testing.T, pool *pgxpool.Pool) runner.Generation {
	t.Helper()
	g, err := deskOf(t, pool).Replay(t.Context(), "journal", programme, "editor-1", 0, "")
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// states are the generations as "number state", in order.
func states(t *testing.T, pool *pgxpool.Pool) (all []string) {
	t.Helper()
	rows, err := pool.Query(t.Context(), `SELECT generation || ' ' || state FROM projections.generations ORDER BY generation`)
	if err != nil {
		t.Fatal(err)
	}
	all, err = pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func wantStates(t *testing.T, pool *pgxpool.Pool, want ...string) {
	t.Helper()
	if d := cmp.Diff(want, states(t, pool)); d != "" {
		t.Errorf("generations (-want +got):\n%s", d)
	}
}

// partitions are the tables that hold rows of generations of the journal.
func partitions(t *testing.T, pool *pgxpool.Pool) (all []string) {
	t.Helper()
	rows, err := pool.Query(t.Context(), `SELECT relname FROM pg_class
		WHERE relnamespace = 'projections'::regnamespace AND relkind = 'r' AND relname ~ '^journal_\d+$' ORDER BY oid`)
	if err != nil {
		t.Fatal(err)
	}
	all, err = pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestReplayIsSwitchedToAndFollowed(t *testing.T) {
	t.Parallel()
	pool, live := works(t, 21)
	for n := range 3 {
		g := replay(t, pool)
		add(t, ledger.New(pool), programme, 3)
		if err := runner.Build(t.Context(), builds(t, pool)); err != nil {
			t.Fatal(err)
		}
		if want := runner.Generation(n + 2); g != want {
			t.Errorf("generation %d, want %d", g, want)
		}
		add(t, ledger.New(pool), programme, 2)
		live.reach(events.Position(21 + 5*(n+1)))
		wantJournal(t, pool, programme, 21+5*(n+1))
	}
	wantStates(t, pool, "1 dropped", "2 dropped", "3 previous", "4 active")
	if d := cmp.Diff([]string{"journal_3", "journal_4"}, partitions(t, pool)); d != "" {
		t.Errorf("tables (-want +got):\n%s", d)
	}
}

// A builder that crashes before any of its steps, and one whose session is killed
// there, is followed by one that ends what it began. Readers see nothing of it.
func TestBuilderStoppedBeforeEveryStep(t *testing.T) {
	t.Parallel()
	for name, crash := range map[string]func(ctx context.Context, admin *pgxpool.Pool) error{
		"crash": func(context.Context, *pgxpool.Pool) error { return errBroken },
		"kill":  killBuilder,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var steps []string
			for at := 0; ; at++ {
				pool, live := works(t, 18)
				live.stop()
				if err := live.end(); err != nil {
					t.Fatal(err)
				}
				replay(t, pool)
				replay2 := 0
				stopped := runner.WithStep(builds(t, pool), func(ctx context.Context, what string) error {
					wantJournal(t, pool, programme, 18)
					if replay2++; replay2 == at+1 {
						steps = append(steps, what)
						return crash(ctx, pool)
					}
					return nil
				})
				err := runner.Build(t.Context(), stopped)
				if replay2 <= at {
					break // it came to its end
				}
				if err == nil {
					t.Errorf("stopped before step %d, %q, without an error", at, steps[at])
				}
				wantJournal(t, pool, programme, 18)
				until(t, "the build is done", func() bool { return runner.Build(t.Context(), builds(t, pool)) == nil })
				wantJournal(t, pool, programme, 18)
				wantStates(t, pool, "1 previous", "2 active")
			}
			if len(steps) < 8 {
				t.Errorf("only %d steps: %q", len(steps), steps)
			}
			t.Logf("%s before: %s", name, strings.Join(steps, ", "))
		})
	}
}

// killBuilder ends the session that holds the lock of a builder: the only other
// advisory lock there is.
func killBuilder(ctx context.Context, admin *pgxpool.Pool) error {
	_, err := admin.Exec(ctx, `SELECT pg_terminate_backend(pid, 5000) FROM pg_locks
		WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
	return err
}

func TestTwoBuilders(t *testing.T) {
	t.Parallel()
	pool, _ := works(t, 40)
	replay(t, pool)
	second := make(chan error, 1)
	busy := false
	first := runner.WithStep(builds(t, pool), func(ctx context.Context, what string) error {
		if !busy {
			busy = true
			second <- runner.Build(ctx, builds(t, pool)) // finds the lease taken, and leaves
		}
		return nil
	})
	if err := runner.Build(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if err := <-second; err != nil {
		t.Errorf("the second builder: %v", err)
	}
	wantJournal(t, pool, programme, 40)
	wantStates(t, pool, "1 previous", "2 active")
}

// A builder that no longer may write, because another one took over or the build was
// cancelled, does not.
func TestTokenFencesABuilder(t *testing.T) {
	t.Parallel()
	pool, _ := works(t, 40)
	g := replay(t, pool)
	step := 0
	c := runner.WithStep(builds(t, pool), func(ctx context.Context, what string) error {
		if step++; step == 4 {
			_, err := pool.Exec(ctx, `UPDATE projections.checkpoints SET token = token + 1 WHERE generation = $1`, g)
			return err
		}
		return nil
	})
	if err := runner.Build(t.Context(), c); !runner.IsFenced(err) {
		t.Errorf("error %v, want that it is fenced", err)
	}
	var at int
	err := pool.QueryRow(t.Context(), `SELECT position FROM projections.checkpoints WHERE generation = $1`, g).Scan(&at)
	if err != nil || at == 0 || at == 40 {
		t.Errorf("the build is at position %d (%v), want one in between", at, err)
	}
	if err := deskOf(t, pool).Cancel(t.Context(), programme, g, "editor-2"); err != nil {
		t.Fatal(err)
	}
	if err := runner.Build(t.Context(), builds(t, pool)); err != nil {
		t.Fatal(err)
	}
	wantStates(t, pool, "1 active", "2 failed")
	if d := cmp.Diff([]string{"journal_1"}, partitions(t, pool)); d != "" {
		t.Errorf("tables (-want +got):\n%s", d)
	}
	wantJournal(t, pool, programme, 40)
}

// A build that cannot go on says why, and leaves no rows.
func TestFailedBuild(t *testing.T) {
	t.Parallel()
	pool, _ := works(t, 9)
	replay(t, pool)
	c := builds(t, pool)
	n := 0
	c.Projection = journal{version: 1, flushed: func(context.Context, pgx.Tx) error {
		if n++; n == 2 {
			return errBroken
		}
		return nil
	}}
	err := runner.Build(t.Context(), c)
	if !runner.IsBuildFailed(err) || !errors.Is(err, errBroken) {
		t.Errorf("error %v, want a failed build", err)
	}
	if err := runner.Build(t.Context(), builds(t, pool)); err != nil { // it removes the rows
		t.Fatal(err)
	}
	all, err := deskOf(t, pool).Generations(t.Context(), programme)
	if err != nil || len(all) != 2 || all[0].State != runner.StateFailed || !strings.Contains(all[0].Reason, errBroken.Error()) {
		t.Errorf("generations %+v (%v)", all, err)
	}
	if d := cmp.Diff([]string{"journal_1"}, partitions(t, pool)); d != "" {
		t.Errorf("tables (-want +got):\n%s", d)
	}
}

// A new version, and other tables, are built beside the rows of the old one, which
// readers see until then.
func TestNewVersionIsBuiltByItself(t *testing.T) {
	t.Parallel()
	pool, old := works(t, 12)
	old.stop()
	if err := old.end(); err != nil {
		t.Fatal(err)
	}
	add(t, ledger.New(pool), programme, 5)
	c := config(as(t, pool, projector))
	c.Projection, c.Poll = journal{version: 2}, pollOften // the session of the old one may not have ended yet
	if err := runner.Run(t.Context(), c); !runner.IsVersion(err) {
		t.Errorf("error %v, want one about the version", err)
	}
	wantJournal(t, pool, programme, 12)
	wantStates(t, pool, "1 active", "2 building")
	b := builds(t, pool)
	b.Projection = c.Projection
	if err := runner.Build(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	now := start(t, c)
	now.reach(17)
	wantJournal(t, pool, programme, 17)
	now.stop()
	if err := now.end(); err != nil {
		t.Fatal(err)
	}
	// The old release does not take it back, nor does it build its own.
	c.Projection = journal{version: 1}
	if err := runner.Run(t.Context(), c); !runner.IsVersion(err) {
		t.Errorf("error %v, want one about the version", err)
	}
	wantStates(t, pool, "1 previous", "2 active")
}

func TestUsePrevious(t *testing.T) {
	t.Parallel()
	pool, live := works(t, 12)
	desk := deskOf(t, pool)
	replay(t, pool)
	if err := runner.Build(t.Context(), builds(t, pool)); err != nil {
		t.Fatal(err)
	}
	add(t, ledger.New(pool), programme, 7)
	live.reach(19)
	for _, g := range []runner.Generation{1, 2, 1} {
		if err := desk.Use(t.Context(), programme, g, "editor-1"); err != nil {
			t.Fatal(err)
		}
		if err := runner.Build(t.Context(), builds(t, pool)); err != nil {
			t.Fatal(err)
		}
		wantJournal(t, pool, programme, 19)
	}
	wantStates(t, pool, "1 active", "2 previous")
	if err := desk.Use(t.Context(), programme, 1, "editor-1"); !runner.IsRefused(err) {
		t.Errorf("using the active one: %v", err)
	}
	if err := desk.Use(t.Context(), programme, 77, "editor-1"); !runner.IsUnknown(err) {
		t.Errorf("using one that is not: %v", err)
	}
	add(t, ledger.New(pool), programme, 1)
	live.reach(20)
	wantJournal(t, pool, programme, 20)
}

func TestDeskRefuses(t *testing.T) {
	t.Parallel()
	pool, _ := works(t, 3)
	desk := deskOf(t, pool)
	if _, err := desk.Replay(t.Context(), "nonsense", programme, "a", 0, ""); !runner.IsUnknown(err) ||
		!strings.Contains(err.Error(), "there is journal") {
		t.Errorf("an unknown projection: %v", err)
	}
	if _, err := desk.Replay(t.Context(), "journal", "nowhere", "a", 0, ""); !runner.IsUnknown(err) {
		t.Errorf("an unknown programme: %v", err)
	}
	g := replay(t, pool)
	if _, err := desk.Replay(t.Context(), "journal", programme, "a", 0, ""); !runner.IsRefused(err) {
		t.Errorf("a second replay: %v", err)
	}
	if err := desk.Cancel(t.Context(), programme, g, "a"); err != nil {
		t.Error(err)
	}
	if err := desk.Cancel(t.Context(), programme, g, "a"); !runner.IsRefused(err) {
		t.Errorf("cancelled twice: %v", err)
	}
	if due, err := desk.DueBuilds(t.Context()); err != nil || len(due) != 1 {
		t.Errorf("due %v (%v), want the rows to remove", due, err)
	}
}

// Entries that keep coming in are in the new generation at the switch; no read sees
// the figures go back, or a journal with a hole.
func TestReplayWhileEntriesArrive(t *testing.T) {
	t.Parallel()
	pool, live := works(t, 200)
	ctx, stop := context.WithCancel(t.Context())
	looked := make(chan error, 1)
	go func() { looked <- neverBack(ctx, as(t, pool, reader)) }()
	written := make(chan int, 1)
	l := ledger.New(pool)
	go func() {
		n := 0
		for ; ctx.Err() == nil; n++ {
			appendTo(t, l, programme, draft(t, events.CaseDescribed{Attributes: map[string]*string{}}))
		}
		written <- n
	}()
	c := builds(t, pool)
	c.Batch = 20
	for range 5 {
		replay(t, pool)
		until(t, "the build is done", func() bool { return runner.Build(t.Context(), c) == nil })
	}
	stop()
	n := 200 + <-written
	if err := <-looked; err != nil {
		t.Error(err)
	}
	live.reach(events.Position(n))
	wantJournal(t, pool, programme, n)
}

// neverBack reads the active journal until the context ends.
func neverBack(ctx context.Context, pool *pgxpool.Pool) error {
	last := 0
	for ctx.Err() == nil {
		var at, n, top int
		err := pool.QueryRow(ctx, `SELECT c.position, count(*), coalesce(max(j.position), 0)
			FROM projections.active a JOIN projections.checkpoints c USING (generation)
			LEFT JOIN projections.journal j USING (generation) WHERE programme = $1 GROUP BY 1`, string(programme)).
			Scan(&at, &n, &top)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			return err
		case at < last || n != at || top != at:
			return fmt.Errorf("after position %d, %d rows up to %d at %d", last, n, top, at)
		}
		last = at
	}
	return nil
}
