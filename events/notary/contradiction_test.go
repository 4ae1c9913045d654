package notary_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/notary"
)

// flip makes a byte of a column another.
func flip(column string, at int) string {
	return fmt.Sprintf(`%[1]s = set_byte(%[1]s, %[2]d, 255 - get_byte(%[1]s, %[2]d))`, column, at)
}

// What was signed and is not so any more stops the notary.
func TestRefusesContradictions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sql    string
		add    int  // events appended afterwards
		memory bool // what is remembered outside of the database is needed to notice
	}{
		"leaf under the checkpoint": {`UPDATE ledger.events SET ` + flip("leaf", 0) + ` WHERE position = 590`, 1, false},
		"leaf beyond it":            {`UPDATE ledger.events SET ` + flip("leaf", 0) + ` WHERE position = 620`, 0, false},
		"event deleted":             {`DELETE FROM ledger.events WHERE position = 620`, 0, false},
		"frontier":                  {`UPDATE ledger.logs SET ` + flip("frontier", 9), 1, false},
		"frontier cut":              {`UPDATE ledger.logs SET frontier = substr(frontier, 1, 40)`, 0, false},
		"head moved back":           {`UPDATE ledger.logs SET position = 599`, 0, false},
		"tile":                      {`UPDATE ledger.tiles SET ` + flip("root", 0) + ` WHERE n = 0`, 1, false},
		"checkpoint forged":         {`UPDATE ledger.checkpoints SET note = replace(note, E'\n600\n', E'\n599\n')`, 1, false},
		"checkpoint row":            {`UPDATE ledger.checkpoints SET root = decode(repeat('00', 32), 'hex')`, 1, false},
		"checkpoint deleted":        {`DELETE FROM ledger.checkpoints`, 1, true},
		"everything deleted": {
			`DELETE FROM ledger.checkpoints; DELETE FROM ledger.tiles; DELETE FROM ledger.events;
DELETE FROM ledger.logs`, 0, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			dir := filepath.Join(t.TempDir(), "checkpoints")
			b.notary = b.another(t, notary.Config{Memory: dir})
			b.add(t, 600)
			s := b.sign(t)
			b.add(t, 33)
			var guarded strings.Builder
			for _, table := range []string{"events", "logs", "tiles", "checkpoints"} {
				fmt.Fprintf(&guarded, "ALTER TABLE ledger.%s DISABLE TRIGGER append_only;", table)
			}
			if _, err := b.pool.Exec(t.Context(), guarded.String()+c.sql); err != nil {
				t.Fatal(err)
			}
			if c.add > 0 {
				if _, err := appended(t.Context(), b.ledger, c.add); err != nil {
					t.Fatal(err)
				}
			}
			refused := 0
			config := notary.Config{OnRefused: func(context.Context, events.Programme, error) { refused++ }}
			if c.memory {
				config.Memory = dir
			}
			later := b.another(t, config) // after a restart
			_, err := later.Sign(t.Context(), programme)
			if !notary.IsContradiction(err) || refused != 1 {
				t.Errorf("signed: %v, refused %d times", err, refused)
			}
			t.Log(err)
			var more int
			err = b.pool.QueryRow(t.Context(), `SELECT count(*) FROM ledger.checkpoints WHERE size > $1`, int64(s.Size)).
				Scan(&more)
			if err != nil || more != 0 {
				t.Errorf("%d more checkpoints are stored, %v", more, err)
			}
			notes, err := notary.Remembered(dir)
			if err != nil || len(notes) != 1 || string(notes[0]) != string(s.Note) {
				t.Errorf("remembered: %q, %v", notes, err)
			}
		})
	}
}

// A proof never comes from altered tiles.
func TestNoProofFromAlteredTiles(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.add(t, 600)
	s := b.sign(t)
	_, err := b.pool.Exec(t.Context(), `ALTER TABLE ledger.tiles DISABLE TRIGGER append_only;
UPDATE ledger.tiles SET `+flip("hashes", 100)+` WHERE n = 0`)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.log.Inclusion(t.Context(), s.Checkpoint, 5); !notary.IsContradiction(err) {
		t.Errorf("a proof from an altered tile: %v", err)
	}
	if _, _, err := b.log.Inclusion(t.Context(), s.Checkpoint, 500); err != nil {
		t.Errorf("a proof from another tile: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := b.log.Inclusion(ctx, s.Checkpoint, 500); !errors.Is(err, context.Canceled) || notary.IsContradiction(err) {
		t.Errorf("a read that was cancelled: %v", err)
	}
}
