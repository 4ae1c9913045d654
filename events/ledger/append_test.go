package ledger_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/events/proof"
)

func TestAppendAndReadBack(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 19, 20, 500} { // INSERT and COPY
		pool := db.New(t)
		l := ledger.New(pool)
		ds := drafts(0, n)
		want := mustAdd(t, l, programme, ds)
		got := collect(t, l.Read(t.Context(), programme, 0, 0))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d: read (-appended +read):\n%s", n, diff)
		}
		for i, r := range got {
			if r.Position != events.Position(i+1) || r.ID != ds[i].ID || proof.LeafHash(&r) != r.Leaf {
				t.Fatalf("%d: event %d is wrong: %+v", n, i, r)
			}
			if want := ds[i].OccurredAt.UTC().Truncate(time.Microsecond); r.OccurredAt != want {
				t.Fatalf("occurred at %v, want %v", r.OccurredAt, want)
			}
		}
		head, err := l.Head(t.Context(), programme)
		if err != nil {
			t.Fatal(err)
		}
		last := want[n-1]
		wantHead := ledger.Head{Position: events.Position(n), Leaf: last.Leaf, RecordedAt: last.RecordedAt}
		if diff := cmp.Diff(wantHead, head); diff != "" {
			t.Errorf("%d: head (-want +got):\n%s", n, diff)
		}
		pool.Close()
	}
}

// Eight writers of one programme and of two more, single events and batches.
func TestConcurrentWritersLeaveNoGap(t *testing.T) {
	t.Parallel()
	l := ledger.New(db.New(t))
	programmes := []events.Programme{programme, "second", "third"}
	sizes := []int{1, 45, 3, 1, 60, 2, 1, 7}
	const rounds = 6
	var g errgroup.Group
	for w, size := range sizes {
		for _, p := range programmes {
			g.Go(func() error {
				for round := range rounds {
					if _, err := add(t.Context(), l, p, drafts(w*10_000+round*1000, size)); err != nil {
						return err
					}
				}
				return nil
			})
		}
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, size := range sizes {
		total += size * rounds
	}
	for _, p := range programmes {
		rs := collect(t, l.Read(t.Context(), p, 0, 0))
		if len(rs) != total {
			t.Fatalf("%s has %d events, want %d", p, len(rs), total)
		}
		verify(t, l, p, rs)
	}
}

// verify checks positions, leaves, times and the frontier of a whole log.
func verify(t *testing.T, l *ledger.Ledger, p events.Programme, rs []events.Recorded) {
	t.Helper()
	var f proof.Frontier
	var before time.Time
	for i, r := range rs {
		if r.Position != events.Position(i+1) {
			t.Fatalf("%s: event %d has position %d", p, i+1, r.Position)
		}
		if r.Leaf != proof.LeafHash(&r) {
			t.Fatalf("%s: the leaf of position %d does not fit its columns", p, r.Position)
		}
		if r.RecordedAt.Before(before) {
			t.Fatalf("%s: position %d was recorded before the one before it", p, r.Position)
		}
		before = r.RecordedAt
		if err := f.Append(r.Leaf); err != nil {
			t.Fatal(err)
		}
	}
	stored := frontier(t, l, p)
	if stored.Size() != f.Size() || stored.Root() != f.Root() {
		t.Fatalf("%s: the head holds a tree of %d with root %x, the log one of %d with root %x",
			p, stored.Size(), stored.Root(), f.Size(), f.Root())
	}
}

func TestSameRevisionConflicts(t *testing.T) {
	t.Parallel()
	l := ledger.New(db.New(t))
	for _, n := range []int{1, 50} {
		first := drafts(n*1000, n)
		mustAdd(t, l, programme, first)
		second := drafts(n*1000, n) // other ids, the same streams and revisions
		_, err := add(t.Context(), l, programme, second)
		if !ledger.IsConflict(err) || ledger.IsAmbiguous(err) || ledger.IsUnavailable(err) {
			t.Errorf("%d: error %v is no conflict", n, err)
		}
	}
	// The same streams of another programme are others.
	mustAdd(t, l, "second", drafts(1000, 1))
	verify(t, l, programme, collect(t, l.Read(t.Context(), programme, 0, 0)))
}

func TestSameIDConflictsUnlessLookedUp(t *testing.T) {
	t.Parallel()
	l := ledger.New(db.New(t))
	ds := drafts(0, 3)
	rs := mustAdd(t, l, programme, ds)
	again := draft(7)
	again.ID = ds[1].ID
	err := l.Update(t.Context(), programme, nil, func(ctx context.Context, tx *ledger.Tx) error {
		_, err := tx.Append(ctx, []ledger.Draft{again})
		return err
	})
	if !ledger.IsConflict(err) {
		t.Errorf("error %v is no conflict", err)
	}
	// An id belongs to its programme: another one may use it.
	mustAdd(t, l, "second", []ledger.Draft{again})

	asked := append(ids(ds), newID())
	err = l.Update(t.Context(), programme, asked, func(_ context.Context, tx *ledger.Tx) error {
		for i, r := range rs {
			k, ok := tx.Known(ds[i].ID)
			want := ledger.Known{
				Position: r.Position, Revision: r.Revision, RecordedAt: r.RecordedAt,
				Digest: r.Digest, Stream: r.Stream,
			}
			if diff := cmp.Diff(want, k); !ok || diff != "" {
				t.Errorf("known (-want +got):\n%s", diff)
			}
		}
		if _, ok := tx.Known(asked[3]); ok {
			t.Error("an id is known that nobody recorded")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestErrorAndPanicLeaveNothing(t *testing.T) {
	t.Parallel()
	l := ledger.New(db.New(t))
	for _, p := range []events.Programme{programme, "never opened"} {
		if p == programme {
			mustAdd(t, l, p, drafts(0, 2))
		}
		before, err := l.Head(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		mine := errors.New("mine")
		attempt := func(end func() error) error {
			return l.Update(t.Context(), p, nil, func(ctx context.Context, tx *ledger.Tx) error {
				if _, err := tx.Append(ctx, drafts(10, 50)); err != nil {
					return err
				}
				if _, err := tx.Claim(ctx, "hampshire-2013", p); err != nil {
					return err
				}
				for _, err := range tx.ReadAfter(ctx, 0) { // sends what was appended
					if err != nil {
						return err
					}
				}
				return end()
			})
		}
		if err := attempt(func() error { return mine }); !errors.Is(err, mine) {
			t.Errorf("error %v, want mine", err)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = attempt(func() error { panic("mine") })
		}()
		after, err := l.Head(t.Context(), p)
		if err != nil || after != before {
			t.Errorf("head %+v, %v, was %+v", after, err, before)
		}
		if rs := collect(t, l.Read(t.Context(), p, before.Position, 0)); len(rs) > 0 {
			t.Errorf("%d events are left", len(rs))
		}
		if _, ok, err := l.ProgrammeOf(t.Context(), "hampshire-2013"); ok || err != nil {
			t.Errorf("the claim is left: %v", err)
		}
		mustAdd(t, l, p, drafts(10, 50))
	}
	got, err := l.Programmes(t.Context())
	if diff := cmp.Diff([]events.Programme{programme, "never opened"}, got); diff != "" || err != nil {
		t.Errorf("programmes (-want +got): %v\n%s", err, diff)
	}
}

func TestSeveralAppendsInOneUpdate(t *testing.T) {
	t.Parallel()
	l := ledger.New(db.New(t))
	published := draft(1000)
	published.Type, published.Stream = events.TypeFrameworkPublished, events.FrameworkStream()
	var want []events.Recorded
	err := l.Update(t.Context(), programme, nil, func(ctx context.Context, tx *ledger.Tx) error {
		for _, ds := range [][]ledger.Draft{drafts(0, 3), {published}, nil, drafts(10, 60)} {
			rs, err := tx.Append(ctx, ds)
			if err != nil {
				return err
			}
			want = append(want, rs...)
			if tx.Head().Position != events.Position(len(want)) {
				t.Errorf("head is at %d after %d events", tx.Head().Position, len(want))
			}
			if len(ds) == 1 { // what is appended can be read before the commit
				if diff := cmp.Diff(want, collect(t, tx.ReadAfter(ctx, 0))); diff != "" {
					t.Errorf("read in the transaction (-want +got):\n%s", diff)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got := collect(t, l.Read(t.Context(), programme, 0, 0))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	verify(t, l, programme, got)
	if h, err := l.Head(t.Context(), programme); err != nil || h.Control != 4 {
		t.Errorf("control is %d, %v, want 4", h.Control, err)
	}
}

func TestClockThatJumpsBack(t *testing.T) {
	t.Parallel()
	now := time.Date(2013, 5, 14, 9, 30, 0, 999, time.UTC)
	l := ledger.New(db.New(t), ledger.WithClock(func() time.Time { return now }))
	var at []time.Time
	for i, step := range []time.Duration{0, time.Second, -time.Hour, time.Minute, 2 * time.Hour} {
		now = now.Add(step)
		at = append(at, mustAdd(t, l, programme, drafts(i*10, 2))[0].RecordedAt)
	}
	start := time.Date(2013, 5, 14, 9, 30, 0, 0, time.UTC)
	want := []time.Time{
		start, start.Add(time.Second), start.Add(time.Second), start.Add(time.Second),
		start.Add(time.Hour + time.Minute + time.Second),
	}
	if diff := cmp.Diff(want, at); diff != "" {
		t.Errorf("recorded at (-want +got):\n%s", diff)
	}
	verify(t, l, programme, collect(t, l.Read(t.Context(), programme, 0, 0)))
}

func TestBadDraftsAreRefused(t *testing.T) {
	t.Parallel()
	l := ledger.New(db.New(t))
	tests := map[string]func(*ledger.Draft){
		"ID":          func(d *ledger.Draft) { d.ID = uuid.Nil },
		"Revision":    func(d *ledger.Draft) { d.Revision = 0 },
		"TypeVersion": func(d *ledger.Draft) { d.TypeVersion = 0 },
		"OccurredAt":  func(d *ledger.Draft) { d.OccurredAt = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"Data":        func(d *ledger.Draft) { d.Data = make([]byte, ledger.MaxData+1) },
		"Stream":      func(d *ledger.Draft) { d.Stream = events.Stream(strings.Repeat("s", ledger.MaxStream+1)) },
		"Type":        func(d *ledger.Draft) { d.Type = "" },
		"Actor":       func(d *ledger.Draft) { d.Actor = "a\x00b" },
		"Team":        func(d *ledger.Draft) { d.Team = "\xff" },
		"Inspection":  func(d *ledger.Draft) { d.Inspection = events.InspectionID(strings.Repeat("i", ledger.MaxName+1)) },
		"Case":        func(d *ledger.Draft) { d.Case = events.CaseID(strings.Repeat("c", ledger.MaxName+1)) },
	}
	for field, spoil := range tests {
		ds := drafts(0, 3)
		spoil(&ds[1])
		_, err := add(t.Context(), l, programme, ds)
		refused, ok := ledger.IsDraft(err)
		if !ok || refused.Field != field || refused.Index != 1 || refused.ID != ds[1].ID {
			t.Errorf("%s: error %v", field, err)
		}
	}
	many := drafts(0, ledger.MaxAppend/ledger.MaxData+1)
	large := bytes.Repeat([]byte("x"), ledger.MaxData)
	for i := range many {
		many[i].Data = large
	}
	refused, ok := ledger.IsDraft(func() error { _, err := add(t.Context(), l, programme, many); return err }())
	if !ok || refused.Index != len(many)-1 {
		t.Errorf("too much at once: %v", refused)
	}
	last := draft(1)
	last.Revision = events.MaxRevision
	last.Stream = events.Stream(strings.Repeat("s", ledger.MaxStream))
	last.Actor = events.Actor(strings.Repeat("ä", ledger.MaxName/2))
	mustAdd(t, l, events.Programme(strings.Repeat("p", ledger.MaxName)), []ledger.Draft{last})
	if _, err := add(t.Context(), l, "", drafts(0, 1)); err == nil {
		t.Error("a programme without a name is accepted")
	}
}

func TestClaim(t *testing.T) {
	t.Parallel()
	l := ledger.New(db.New(t))
	var g errgroup.Group
	owners := make([]events.Programme, 8)
	for i := range owners {
		g.Go(func() error {
			p := events.Programme("p" + string(rune('0'+i)))
			return l.Update(t.Context(), p, nil, func(ctx context.Context, tx *ledger.Tx) (err error) {
				owners[i], err = tx.Claim(ctx, "hampshire-2013", p)
				return err
			})
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	owner, ok, err := l.ProgrammeOf(t.Context(), "hampshire-2013")
	if !ok || err != nil {
		t.Fatalf("no owner: %v", err)
	}
	for i, o := range owners {
		if o != owner {
			t.Errorf("claim %d says that %q is the owner, it is %q", i, o, owner)
		}
	}
}

func TestTxIsOverAfterUpdate(t *testing.T) {
	t.Parallel()
	l := ledger.New(db.New(t))
	var kept *ledger.Tx
	err := l.Update(t.Context(), programme, nil, func(_ context.Context, tx *ledger.Tx) error {
		kept = tx
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kept.Append(t.Context(), drafts(0, 1)); err == nil {
		t.Error("append after the end is accepted")
	}
	if _, err := kept.Claim(t.Context(), "i", programme); err == nil {
		t.Error("claim after the end is accepted")
	}
	for _, err := range kept.ReadAfter(t.Context(), 0) {
		if err == nil {
			t.Error("read after the end is accepted")
		}
	}
}
