package verify_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aboveline/aboveline/events/checkpoint"
	"github.com/aboveline/aboveline/events/verify"
)

func TestIntact(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	phases := map[string]bool{}
	r := b.verify(verify.Options{
		VerifierKey: b.key.Verifier(), Since: b.since, Remembered: [][]byte{b.since},
		Progress: func(p verify.Progress) { phases[p.Phase] = true },
	})
	if !r.OK() || len(r.Unchecked) != 0 || len(r.Warnings) != 0 {
		t.Fatalf("an intact ledger: %s", text(r))
	}
	if r.Events() != size+10 || len(r.Programmes) != 2 || r.Programmes[1].Checkpoints != 3 || r.Programmes[1].Tiles != 2 {
		t.Errorf("read: %s", text(r))
	}
	for _, phase := range []string{"events", "revisions", "ids"} {
		if !phases[phase] {
			t.Errorf("no progress in phase %s", phase)
		}
	}
	if r := b.verify(verify.Options{}); !r.OK() || len(r.Unchecked) != 1 {
		t.Errorf("without a key: %s", text(r))
	}
}

// where in SQL.
const (
	row  = `programme = 'iaow-2013' AND position `
	mine = `programme = 'iaow-2013'`
	// What to alter.
	setEvents      = `UPDATE ledger.events SET `
	setHead        = `UPDATE ledger.logs SET `
	setTiles       = `UPDATE ledger.tiles SET `
	setCheckpoints = `UPDATE ledger.checkpoints SET `
	where          = ` WHERE `
)

// flip makes a byte of a column another.
func flip(column string, at int) string {
	return fmt.Sprintf(`%[1]s = set_byte(%[1]s, %[2]d, 255 - get_byte(%[1]s, %[2]d))`, column, at)
}

// What a superuser changes is found, and the place is named.
func TestTampering(t *testing.T) {
	t.Parallel()
	renumber := []string{
		`DELETE FROM ledger.events WHERE ` + row + `= 137`,
		setEvents + `position = -position WHERE ` + row + `> 137`,
		setEvents + `position = -position - 1 WHERE ` + row + `< 0`,
	}
	unchecked := `ALTER TABLE ledger.events DROP CONSTRAINT events_position_check`
	for name, c := range map[string]struct {
		sql []string
		// rewrite makes all hashes fit the events again; since is whether the auditor
		// brings a checkpoint.
		rewrite, since bool
		then           []string
		want           verify.Difference // Problem is looked for in the problem
	}{
		"one bit in the data": {
			sql:  []string{setEvents + `data = set_bit(data, 13, 1 - get_bit(data, 13)) WHERE ` + row + `= 137`},
			want: verify.Difference{Position: 137, Column: "data", Expected: "in byte 1"},
		},
		"changed actor": {
			sql:  []string{setEvents + `actor = 'somebody' WHERE ` + row + `= 200`},
			want: verify.Difference{Position: 200, Column: "actor", Expected: `"inspector-3"`, Found: `"somebody"`},
		},
		"changed actor of the first event": {
			sql:  []string{setEvents + `actor = 'inspector-1' WHERE ` + row + `= 1`},
			want: verify.Difference{Position: 1, Column: "actor"}, // one bit away
		},
		"changed actor and leaf": {
			sql:     []string{setEvents + `actor = 'somebody' WHERE ` + row + `= 200`},
			rewrite: true, want: verify.Difference{Position: 101, Through: 300, Problem: "rewritten"},
		},
		"changed leaf": {
			sql:  []string{setEvents + `leaf = set_bit(leaf, 0, 1 - get_bit(leaf, 0)) WHERE ` + row + `= 200`},
			want: verify.Difference{Position: 200, Column: "leaf", Problem: "leaf was altered"},
		},
		"changed time": {
			sql:  []string{setEvents + `occurred_at = occurred_at + interval '1 day' WHERE ` + row + `= 200`},
			want: verify.Difference{Position: 200, Column: "leaf", Problem: "do not hash"},
		},
		"swapped pair": {
			sql: []string{
				unchecked,
				setEvents + `position = -position WHERE ` + row + `IN (41, 42)`,
				setEvents + `position = 83 + position WHERE ` + row + `IN (-41, -42)`,
			},
			want: verify.Difference{Position: 41, Column: "position", Expected: "42", Found: "41"},
		},
		"deleted last row": {
			sql:  []string{`DELETE FROM ledger.events WHERE ` + row + `= 617`},
			want: verify.Difference{Position: 617, Column: "position", Problem: "missing at the end"},
		},
		"deleted last rows and rewritten head": {
			sql:     []string{`DELETE FROM ledger.events WHERE ` + row + `> 590`},
			rewrite: true,
			want:    verify.Difference{Position: 591, Through: 600, Problem: "missing at the end: the stored checkpoint"},
		},
		"deleted last rows, head, checkpoint": {
			sql: []string{
				`DELETE FROM ledger.events WHERE ` + row + `> 590`,
				`DELETE FROM ledger.checkpoints WHERE ` + mine + ` AND size > 300`,
			},
			rewrite: true, since: true, then: []string{`DELETE FROM ledger.tiles WHERE ` + mine + ` AND n > 0`},
			want: verify.Difference{Position: 591, Through: 600, Problem: "since covers them"},
		},
		"deleted middle row": {
			sql:  []string{`DELETE FROM ledger.events WHERE ` + row + `= 137`},
			want: verify.Difference{Position: 137, Column: "position", Problem: "missing"},
		},
		"deleted middle row, renumbered": {
			sql:  append([]string{unchecked}, renumber...),
			want: verify.Difference{Position: 137, Column: "position", Expected: "138", Found: "137"},
		},
		"deleted middle row, renumbered, rewritten": {
			sql:     append([]string{unchecked}, renumber...),
			rewrite: true, want: verify.Difference{Position: 137, Column: "revision"},
		},
		"rewritten history": {
			sql:     []string{setEvents + `data = '{}' WHERE ` + row + `>= 50`},
			rewrite: true, want: verify.Difference{Position: 1, Through: 100, Problem: "rewritten"},
		},
		"rewritten history, checkpoints gone": {
			sql:     []string{setEvents + `data = '{}' WHERE ` + row + `>= 50`, `DELETE FROM ledger.checkpoints WHERE ` + mine},
			rewrite: true, since: true, then: []string{`DELETE FROM ledger.tiles WHERE ` + mine},
			want: verify.Difference{Position: 1, Through: 600, Problem: "the checkpoint given with since"},
		},
		"everything gone": {
			sql: []string{
				`DELETE FROM ledger.events WHERE ` + mine, `DELETE FROM ledger.checkpoints WHERE ` + mine,
				`DELETE FROM ledger.tiles WHERE ` + mine, `DELETE FROM ledger.logs WHERE ` + mine,
			},
			since: true, want: verify.Difference{Position: 1, Through: 600, Problem: "missing at the end"},
		},
		"checkpoint deleted": {
			sql:  []string{`DELETE FROM ledger.checkpoints WHERE ` + mine + ` AND size = 300`},
			want: verify.Difference{Position: 101, Through: 600, Column: "previous"},
		},
		"last checkpoints deleted": {
			sql:  []string{`DELETE FROM ledger.checkpoints WHERE ` + mine + ` AND size > 300`},
			want: verify.Difference{Position: 257, Through: 512, Column: "n"},
		},
		"checkpoint altered": {
			sql:  []string{setCheckpoints + `note = replace(note, E'\n300\n', E'\n299\n') WHERE ` + mine + ` AND size = 300`},
			want: verify.Difference{Position: 101, Through: 300, Column: "note", Problem: "does not hold"},
		},
		"checkpoint of another size": {
			sql: []string{setCheckpoints + `note = (SELECT note FROM ledger.checkpoints WHERE ` + mine + ` AND size = 100)` +
				where + mine + ` AND size = 300`},
			want: verify.Difference{Position: 101, Through: 300, Column: "note", Problem: "not what was signed"},
		},
		"tile altered": {
			sql:  []string{setTiles + flip(`hashes`, 3*32) + where + mine + ` AND n = 1`},
			want: verify.Difference{Position: 260, Column: "hashes"},
		},
		"tile root altered": {
			sql:  []string{setTiles + `root = decode(repeat('00', 32), 'hex') WHERE ` + mine + ` AND n = 1`},
			want: verify.Difference{Position: 257, Through: 512, Column: "root"},
		},
		"tile missing": {
			sql:  []string{`DELETE FROM ledger.tiles WHERE ` + mine + ` AND n = 0`},
			want: verify.Difference{Position: 1, Through: 256, Column: "hashes", Problem: "missing"},
		},
		"frontier altered": {
			sql:  []string{setHead + flip(`frontier`, 9+32) + where + mine},
			want: verify.Difference{Position: 513, Through: 576, Column: "frontier"},
		},
		"leaf beyond the checkpoints rewritten, head not": {
			sql:     []string{setEvents + `actor = 'somebody' WHERE ` + row + `= 610`},
			rewrite: true,
			then:    []string{setHead + flip(`frontier`, 9+32*3) + where + mine},
			want:    verify.Difference{Position: 609, Through: 616, Column: "frontier"},
		},
		"head moved back": {
			sql:  []string{setHead + `position = 616 WHERE ` + mine},
			want: verify.Difference{Position: 617, Column: "position", Problem: "beyond the head"},
		},
		"head names another control event": {
			sql:  []string{setHead + `control = 7 WHERE ` + mine},
			want: verify.Difference{Position: 617, Column: "control", Expected: "1", Found: "7"},
		},
		"no head": {
			sql:  []string{`DELETE FROM ledger.logs WHERE ` + mine},
			want: verify.Difference{Position: 617, Column: "programme"},
		},
		"time runs back": {
			sql: []string{
				setEvents + `recorded_at = recorded_at - interval '1 day' WHERE ` + row + `= 610`,
			},
			rewrite: true, want: verify.Difference{Position: 610, Column: "recorded_at"},
		},
		"id twice": {
			sql: []string{
				`ALTER TABLE ledger.events DROP CONSTRAINT events_id_key`,
				setEvents + `event_id = (SELECT event_id FROM ledger.events WHERE ` + row + `= 5)` + where + row + `= 611`,
			},
			rewrite: true, want: verify.Difference{Position: 611, Column: "event_id", Problem: "position 5"},
		},
		"revision left out": {
			sql:     []string{setEvents + `revision = 4 WHERE ` + row + `= 612`},
			rewrite: true, want: verify.Difference{Position: 612, Column: "revision", Expected: "3", Found: "4"},
		},
		"inspection taken over": {
			sql:  []string{`UPDATE ledger.inspections SET programme = 'another round' WHERE inspection = 'hampshire'`},
			want: verify.Difference{Position: 1, Column: "programme", Problem: "does not belong"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.tamper(c.sql...)
			if c.rewrite {
				b.rewrite(programme)
			}
			if len(c.then) > 0 {
				b.tamper(c.then...)
			}
			o := verify.Options{VerifierKey: b.key.Verifier()}
			if c.since {
				o.Since = b.since
			}
			r := b.verify(o)
			got, found := r.First()
			if !found {
				t.Fatalf("not found: %s", text(r))
			}
			t.Logf("%s", got)
			c.want.Through = max(c.want.Through, c.want.Position)
			if got.Programme != programme || got.Position != c.want.Position || got.Through != c.want.Through ||
				c.want.Column != "" && got.Column != c.want.Column || !strings.Contains(got.Problem, c.want.Problem) ||
				!strings.Contains(got.Expected, c.want.Expected) || !strings.Contains(got.Found, c.want.Found) {
				t.Errorf("first: %s\nwant %+v\nall: %s", got, c.want, text(r))
			}
		})
	}
}

// Who lacks the key can sign with another, and that is seen.
func TestAnotherKey(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	forger, err := checkpoint.OpenKey(t.TempDir() + "/log.key")
	if err != nil {
		t.Fatal(err)
	}
	s, err := checkpoint.Parse(b.since)
	if err != nil {
		t.Fatal(err)
	}
	forged, err := forger.Sign(s.Checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	b.tamper(fmt.Sprintf(setCheckpoints+`note = '%s' WHERE %s AND size = 600`, forged.Note, mine))
	r := b.verify(verify.Options{VerifierKey: b.key.Verifier()})
	if d, ok := r.First(); !ok || d.Position != 301 || !strings.Contains(d.Problem, "none of the log's keys") {
		t.Errorf("forged: %s", text(r))
	}
	o := verify.Options{VerifierKey: b.key.Verifier(), Since: forged.Note}
	if _, err := verify.Verify(t.Context(), b.pool, o); err == nil {
		t.Error("a forged checkpoint is taken for since")
	}
}

func TestGuardsAreMissed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if _, err := b.pool.Exec(t.Context(), `ALTER TABLE ledger.events ENABLE TRIGGER append_only`); err != nil { // not ALWAYS
		t.Fatal(err)
	}
	r := b.verify(verify.Options{VerifierKey: b.key.Verifier()})
	if len(r.Warnings) != 1 || !r.OK() {
		t.Errorf("a guard is off: %s", text(r))
	}
}

func TestManyDifferencesAreBounded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.tamper(setEvents + `team = 'south' WHERE ` + row + `> 3`)
	r := b.verify(verify.Options{VerifierKey: b.key.Verifier()})
	if d, _ := r.First(); d.Position != 4 || len(r.Differences) != 20 || r.More != size-3-20 {
		t.Errorf("%d listed, %d more: %s", len(r.Differences), r.More, text(r))
	}
}

func text(r verify.Report) string {
	var s strings.Builder
	if _, err := r.WriteTo(&s); err != nil {
		return err.Error()
	}
	return s.String()
}
