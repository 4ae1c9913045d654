package verify

import (
	"context"
	"fmt"
	"slices"

	"github.com/aboveline/aboveline/events"
)

// mark is a checkpoint to compare with the tree when as many events were read.
type mark struct {
	size uint64
	root [32]byte
	what string
}

// marks are the checkpoints of a programme, stored ones and those from outside.
type marks struct {
	due    []mark // of this window and beyond, by size
	stored uint64 // size of the last stored one that was loaded
	agreed uint64 // size of the last one that agreed
	broken bool   // one disagreed: those after it do too
	later  int    // how many more disagreed
}

// openMarks takes the checkpoints from outside and learns how far the stored ones go.
func (l *log) openMarks(ctx context.Context) error {
	for _, k := range l.v.kept[l.programme] {
		if k.Size > 0 {
			l.marks.due = append(l.marks.due, mark{k.Size, k.Root, k.what})
		}
	}
	l.sortMarks()
	var size, n int64
	err := l.tx.QueryRow(ctx, `SELECT coalesce(max(size), 0), count(*) FROM ledger.checkpoints WHERE programme = $1`,
		string(l.programme)).Scan(&size, &n)
	if err != nil {
		return fmt.Errorf("read checkpoints: %w", err)
	}
	l.tree.signed, l.summary.Checkpoints = uint64(size), int(n)
	return nil
}

func (l *log) sortMarks() {
	slices.SortStableFunc(l.marks.due, func(a, b mark) int {
		switch {
		case a.size < b.size:
			return -1
		case a.size > b.size:
			return 1
		}
		return 0
	})
}

const readCheckpoints = `SELECT size, previous, root, note FROM ledger.checkpoints
WHERE programme = $1 AND size > $2 AND size <= $3 ORDER BY size`

// loadMarks reads the stored checkpoints of the next window.
func (l *log) loadMarks(ctx context.Context) error { return l.readMarks(ctx, int64(l.last)+window) }

func (l *log) readMarks(ctx context.Context, until int64) error {
	rows, err := l.tx.Query(ctx, readCheckpoints, string(l.programme), int64(l.marks.stored), until)
	if err != nil {
		return fmt.Errorf("read checkpoints: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var (
			size, previous int64
			root           []byte
			note           string
		)
		if err := rows.Scan(&size, &previous, &root, &note); err != nil {
			return fmt.Errorf("read checkpoints: %w", err)
		}
		l.checkRow(uint64(size), uint64(previous), root, note)
	}
	l.sortMarks()
	return rows.Err()
}

// checkRow checks one stored checkpoint by itself and puts it among those due.
func (l *log) checkRow(size, previous uint64, root []byte, note string) {
	before := l.marks.stored
	l.marks.stored = size
	differ := func(column, expected, found, problem string) {
		l.differ(Difference{
			Position: events.Position(before + 1), Through: events.Position(size), Table: tableCheckpoints, Column: column,
			Expected: expected, Found: found, Problem: fmt.Sprintf("checkpoint of size %d: %s", size, problem),
		})
	}
	if previous != before {
		differ("previous", fmt.Sprint(before), fmt.Sprint(previous), "a checkpoint before it was removed or added")
	}
	c, err := l.v.open([]byte(note))
	if err != nil {
		differ("note", "a checkpoint signed by the log", "another text", err.Error())
		return
	}
	if c.Programme != l.programme || c.Size != size || len(root) != len(c.Root) || c.Root != [32]byte(root) {
		differ("note", fmt.Sprintf("%s, size %d, root %x", l.programme, size, root),
			fmt.Sprintf("%s, size %d, root %x", c.Programme, c.Size, c.Root), "the row is not what was signed")
	}
	if c.Programme == l.programme && c.Size > uint64(l.last) {
		l.marks.due = append(l.marks.due, mark{c.Size, c.Root, fmt.Sprintf("the stored checkpoint of size %d", c.Size)})
	}
}

// passMarks compares those due at the number of events read.
func (l *log) passMarks() {
	for len(l.marks.due) > 0 && l.marks.due[0].size == uint64(l.last) {
		m := l.marks.due[0]
		l.marks.due = l.marks.due[1:]
		root := l.frontier.Root()
		switch {
		case root == m.root:
			if !l.marks.broken {
				l.marks.agreed = m.size
			}
		case l.marks.broken:
			l.marks.later++
		default:
			l.marks.broken = true
			l.differ(Difference{
				Position: events.Position(l.marks.agreed + 1), Through: l.last, Table: tableEvents, Column: "leaf",
				Expected: "root " + hash(m.root), Found: "root " + hash(root),
				Problem: "history was rewritten: " + m.what + " was signed over other events",
			})
		}
	}
}

// checkMarks looks at what lies beyond the last event: signed, and not there.
func (l *log) checkMarks(ctx context.Context) error {
	const all = 1<<63 - 1
	if err := l.readMarks(ctx, all); err != nil {
		return err
	}
	if l.gap || len(l.marks.due) == 0 {
		return nil
	}
	m := l.marks.due[len(l.marks.due)-1]
	l.differ(Difference{
		Position: l.last + 1, Through: events.Position(m.size), Table: tableEvents, Column: "position",
		Expected: fmt.Sprintf("%d events", m.size), Found: fmt.Sprintf("%d events", l.last),
		Problem: "events are missing at the end: " + m.what + " covers them",
	})
	return nil
}
