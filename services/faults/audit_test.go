package faults_test

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/proof"
	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/services/client"
	"github.com/aboveline/aboveline/services/query"
)

// book is what the ledger of the programme holds.
type book struct {
	head events.Position
	byID map[uuid.UUID]*events.Recorded
	fold *scores.Fold
}

// audit looks at everything, once the devices rest.
func (w *world) audit() *book {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	js := w.services()
	eventually(w.t, 20*time.Second, "an empty SUBMISSIONS", func() error {
		n, err := w.waiting(ctx, js)
		if err == nil && n > 0 {
			err = fmt.Errorf("%d submissions wait", n)
		}
		return err
	})
	b := w.inspect(ctx)
	w.figures(ctx, b)
	w.verify(ctx)
	return b
}

// verify runs `aboveline verify`, which knows the tiles and checkpoints as well.
func (w *world) verify(ctx context.Context) {
	w.t.Helper()
	path, err := program()
	w.must(err)
	out, err := exec.CommandContext(ctx, path, "verify", "--data-dir", w.process.data(), "--database-url", w.direct()).
		CombinedOutput()
	if err != nil {
		w.t.Errorf("aboveline verify: %v\n%s", err, out)
	}
}

// inspect compares the receipts so far with the ledger. It may be called while
// devices work: receipts are looked at before the ledger is.
func (w *world) inspect(ctx context.Context) *book {
	w.t.Helper()
	settled := make([][]*pending, len(w.devices))
	for n, d := range w.devices {
		var problems []string
		settled[n], problems = d.results()
		for _, p := range problems {
			w.t.Error(p)
		}
	}
	b := w.read(ctx)
	for n, d := range w.devices {
		taken := map[uuid.UUID]bool{}
		for _, p := range settled[n] {
			if p.receipt.Status.Accepted() {
				taken[p.entry.ID] = true
			}
		}
		for _, p := range settled[n] {
			w.compare(d, p, b, taken)
		}
	}
	if w.t.Failed() {
		w.t.FailNow()
	}
	return b
}

// compare holds one receipt against the ledger. What a submission refused, the same
// submission never records, however often it is delivered. Another submission of
// the same entry may: a device gave it up after a while, and on a busy machine it
// was overtaken by those that the device sent later.
func (w *world) compare(d *device, p *pending, b *book, taken map[uuid.UUID]bool) {
	w.t.Helper()
	r, in := b.byID[p.entry.ID]
	switch got := p.receipt; {
	case got.Status.Accepted() && !in:
		w.t.Errorf("%s: the receipt of %s says %s at position %d, and the ledger has no such event",
			d.name, got.ID, got.Status, got.Position)
	case got.Status.Accepted():
		if r.Position != got.Position || r.Revision != got.Revision || !r.RecordedAt.Equal(got.RecordedAt) || r.Actor != d.name {
			w.t.Errorf("%s: the receipt of %s says position %d, revision %d, %s; the ledger %d, %d, %s by %s",
				d.name, got.ID, got.Position, got.Revision, got.RecordedAt, r.Position, r.Revision, r.RecordedAt, r.Actor)
		}
	case in && taken[p.entry.ID]: // an id that was reused stands for what was recorded first
	case in && p.sub != uuid.Nil && r.Causation != p.sub:
		w.t.Logf("overtaken: %s was refused in one submission and recorded in another that its device had given up", got.ID)
	case in:
		w.t.Errorf("%s: the receipt of %s says %s (%s), and the ledger has it at position %d, revision %d",
			d.name, got.ID, got.Status, got.Code, r.Position, r.Revision)
	}
}

// read reads the whole ledger and computes everything in it again.
func (w *world) read(ctx context.Context) *book {
	w.t.Helper()
	l, pool := w.ledger(ctx)
	defer pool.Close()
	head, frontier := w.headRow(ctx, pool)
	b := &book{byID: map[uuid.UUID]*events.Recorded{}, fold: scores.New()}
	revisions := map[events.Stream]events.Revision{}
	var tree proof.Frontier
	var last time.Time
	for r, err := range l.Read(ctx, programme, 0, int(head)) {
		w.must(err)
		if r.Position != b.head+1 {
			w.t.Fatalf("position %d follows %d", r.Position, b.head)
		}
		b.head = r.Position
		if other := b.byID[r.ID]; other != nil {
			w.t.Errorf("id %s is at positions %d and %d", r.ID, other.Position, r.Position)
		}
		b.byID[r.ID] = &r
		if revisions[r.Stream]++; revisions[r.Stream] != r.Revision {
			w.t.Errorf("position %d: stream %s has revision %d, expected %d",
				r.Position, r.Stream, r.Revision, revisions[r.Stream])
		}
		if proof.LeafHash(&r) != r.Leaf {
			w.t.Errorf("position %d: the leaf is not that of the row", r.Position)
		}
		w.must(tree.Append(r.Leaf))
		if r.RecordedAt.Before(last) {
			w.t.Errorf("position %d was recorded at %s, before %s", r.Position, r.RecordedAt, last)
		}
		last = r.RecordedAt
		e, err := codec.Decode(r.Kind(), r.Data)
		w.must(err)
		if err := b.fold.Apply(&r, e); err != nil {
			w.t.Errorf("position %d: %v", r.Position, err)
		}
	}
	if b.head != head {
		w.t.Errorf("the head is at %d and the last event at %d", head, b.head)
	}
	if got, err := tree.MarshalBinary(); err != nil || !bytes.Equal(got, frontier) {
		w.t.Errorf("the frontier of the head row is not that of the %d leaves (%v)", b.head, err)
	}
	return b
}

func (w *world) headRow(ctx context.Context, pool *pgxpool.Pool) (events.Position, []byte) {
	w.t.Helper()
	var position int64
	var frontier []byte
	w.must(pool.QueryRow(ctx, "SELECT position, frontier FROM ledger.logs WHERE programme = $1", string(programme)).
		Scan(&position, &frontier))
	return events.Position(position), frontier
}

// figures compares what the API serves with the fold.
func (w *world) figures(ctx context.Context, b *book) {
	w.t.Helper()
	for _, i := range []events.InspectionID{north, south} {
		var served query.Scores
		eventually(w.t, 20*time.Second, "figures up to the head", func() (err error) {
			served, err = w.admin.Scores(ctx, i, client.ScoresOf{})
			if err == nil && served.Position != b.head {
				err = fmt.Errorf("figures are at position %d, the head at %d", served.Position, b.head)
			}
			return err
		})
		fw, _ := b.fold.Framework()
		tallies, _ := b.fold.Tallies(i)
		want := scores.Figures(fw, tallies)
		if len(want) != len(served.Figures) {
			w.t.Fatalf("%s: %d figures are served, the fold has %d", i, len(served.Figures), len(want))
		}
		for n, f := range want {
			got := served.Figures[n]
			exact := query.Ratio(f.Exact)
			if got.Figure != f.Name || (exact == nil) != (got.Exact == nil) || exact != nil && *exact != *got.Exact {
				w.t.Errorf("%s %s: served %v, the fold says %v", i, f.Name, show(got.Exact), show(exact))
			}
		}
	}
}

func show(s *string) string {
	if s == nil {
		return "nothing"
	}
	return *s
}

// report prints what a fault did, for the log of the run.
func (w *world) report(what string, b *book) {
	w.t.Helper()
	n := w.count()
	w.t.Logf("%s: %d recorded, %d duplicates, %d conflicts, %d rejected; head %d, %d starts of the server",
		what, n[entry.StatusRecorded], n[entry.StatusDuplicate], n[entry.StatusConflict], n[entry.StatusRejected],
		b.head, w.process.runs)
}
