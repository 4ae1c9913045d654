package runner_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/projections/runner"
)

// dump is every row of the unit, to see that nothing was written.
func dump(t testing.TB, pool *pgxpool.Pool) (all string) {
	t.Helper()
	err := pool.QueryRow(t.Context(), `SELECT concat(
		(SELECT string_agg(c::text, '|' ORDER BY generation) FROM projections.checkpoints c),
		(SELECT string_agg(j::text, '|' ORDER BY generation, position) FROM projections.journal j))`).Scan(&all)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestForeignCheckpointFailsClosed(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ spoil, says string }{
		"wrong leaf":            {`SET leaf = sha256(leaf)`, "has leaf"},
		"wrong count":           {`SET count = count + 1`, "6 events were counted"},
		"behind its rows":       {`SET position = 4, count = 4`, "has leaf"},
		"beyond the ledger":     {`SET position = 9, count = 9`, "ends before it"},
		"a leaf before nothing": {`SET position = 0, count = 0`, "before the first event"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := db.New(t)
			l := ledger.New(pool)
			add(t, l, programme, 5)
			c := config(as(t, pool, projector))
			r := start(t, c)
			r.reach(5)
			r.stop()
			if err := r.end(); err != nil {
				t.Fatal(err)
			}
			add(t, l, programme, 2)
			if _, err := pool.Exec(t.Context(), `UPDATE projections.checkpoints `+tt.spoil); err != nil {
				t.Fatal(err)
			}
			before := dump(t, pool)
			err := runner.Run(t.Context(), c)
			if !runner.IsMismatch(err) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %v, want a mismatch that says %q", err, tt.says)
			}
			if dump(t, pool) != before {
				t.Error("something was written")
			}
		})
	}
}

// A ledger that loses its end under a running runner, and grows another one, is
// noticed before the next row is written.
func TestLedgerRewoundUnderARunner(t *testing.T) {
	t.Parallel()
	pool := db.New(t)
	l := ledger.New(pool)
	wake := make(chan struct{}, 1)
	c := config(as(t, pool, projector))
	c.Wake = wake
	add(t, l, programme, 5)
	r := start(t, c)
	r.reach(5)
	// Another log stands in for the same one restored and continued otherwise.
	add(t, l, "other", 8)
	for _, sql := range []string{
		`ALTER TABLE ledger.events DISABLE TRIGGER ALL`,
		`DELETE FROM ledger.events WHERE programme = '` + string(programme) + `'`,
		`UPDATE ledger.events SET programme = '` + string(programme) + `'`,
	} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	before := dump(t, pool)
	wake <- struct{}{}
	if err := r.end(); !runner.IsMismatch(err) {
		t.Errorf("error %v, want a mismatch", err)
	}
	if dump(t, pool) != before {
		t.Error("something was written")
	}
}

// A hole in the log is no place to go on from.
func TestHoleInTheLedger(t *testing.T) {
	t.Parallel()
	pool := db.New(t)
	add(t, ledger.New(pool), programme, 5)
	for _, sql := range []string{
		`ALTER TABLE ledger.events DISABLE TRIGGER ALL`, `DELETE FROM ledger.events WHERE position = 3`,
	} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if err := start(t, config(as(t, pool, projector))).end(); !runner.IsMismatch(err) {
		t.Errorf("error %v, want a mismatch", err)
	}
	wantJournal(t, pool, programme, 0)
}

func TestRowsOfAnotherVersionAreNotContinued(t *testing.T) {
	t.Parallel()
	pool := db.New(t)
	add(t, ledger.New(pool), programme, 5)
	c := config(as(t, pool, projector))
	r := start(t, c)
	r.reach(5)
	r.stop()
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	before := dump(t, pool)
	c.Projection = journal{version: 2}
	if err := runner.Run(t.Context(), c); !runner.IsVersion(err) {
		t.Errorf("error %v, want one about the version", err)
	}
	if dump(t, pool) != before {
		t.Error("something was written")
	}
}

// What comes before an event that the unit cannot get past is applied and visible,
// whatever the batches.
func TestStopsAtAnEventThatCannotBeApplied(t *testing.T) {
	t.Parallel()
	unknown := draft(t, events.ProgrammeOpened{})
	unknown.Type = "SomethingLater"
	for name, bad := range map[string]ledger.Draft{
		"fold":    draft(t, events.TeamMemberAdded{Member: "a", Role: events.RoleLead}),
		"decoder": unknown,
	} {
		for _, batch := range []int{1, 3, 100} {
			pool := db.New(t)
			l := ledger.New(pool)
			add(t, l, programme, 5)
			appendTo(t, l, programme, bad)
			add(t, l, programme, 5)
			c := config(as(t, pool, projector))
			c.Batch = batch
			for range 2 { // again, from the rows
				err := start(t, c).end()
				if !runner.IsStop(err) || !strings.Contains(err.Error(), "cannot get past position 6") {
					t.Errorf("%s, batch %d: error %v, want a stop at position 6", name, batch, err)
				}
				wantJournal(t, pool, programme, 5)
			}
		}
	}
}
