package ledger_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
)

// What is read is what was appended, byte for byte, whatever the texts and batches.
func TestReadEqualsAppended(t *testing.T) {
	t.Parallel()
	l := ledger.New(db.New(t))
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		p := events.Programme(fmt.Sprintf("property %d", n))
		var want []events.Recorded
		revisions := map[events.Stream]events.Revision{}
		for range rapid.IntRange(1, 3).Draw(rt, "updates") {
			ds := rapid.SliceOfN(anyDraft(), 1, 60).Draw(rt, "drafts")
			for i := range ds {
				ds[i].ID = newID()
				revisions[ds[i].Stream]++
				ds[i].Revision = revisions[ds[i].Stream]
			}
			rs, err := add(t.Context(), l, p, ds)
			if err != nil {
				rt.Fatal(err)
			}
			for i, r := range rs {
				if !bytes.Equal(r.Data, ds[i].Data) || r.Digest != ds[i].Digest || r.Stream != ds[i].Stream {
					rt.Fatalf("recorded %+v of draft %+v", r, ds[i])
				}
			}
			want = append(want, rs...)
		}
		got := collect(t, l.Read(t.Context(), p, 0, 0))
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatalf("read (-appended +read):\n%s", diff)
		}
		verify(t, l, p, got)
		for s := range revisions {
			of := slices.DeleteFunc(slices.Clone(want), func(r events.Recorded) bool { return r.Stream != s })
			if diff := cmp.Diff(of, collect(t, l.ReadStream(t.Context(), p, s))); diff != "" {
				rt.Fatalf("stream %q (-appended +read):\n%s", s, diff)
			}
		}
		at := rapid.SampledFrom(want).Draw(rt, "one")
		byID, ok, err := l.ByID(t.Context(), p, at.ID)
		if diff := cmp.Diff(at, byID); diff != "" || !ok || err != nil {
			rt.Fatalf("by id: %v, %v\n%s", ok, err, diff)
		}
		byPosition, ok, err := l.At(t.Context(), p, at.Position)
		if diff := cmp.Diff(at, byPosition); diff != "" || !ok || err != nil {
			rt.Fatalf("at: %v, %v\n%s", ok, err, diff)
		}
	})
}

func anyDraft() *rapid.Generator[ledger.Draft] {
	return rapid.Custom(func(t *rapid.T) ledger.Draft {
		text := rapid.StringN(0, 20, 80).Filter(func(s string) bool { return !strings.ContainsRune(s, 0) })
		seconds := rapid.Int64Range(-62_135_596_800, 253_402_300_799) // years 1 to 9999
		some := func(label string) string { return "x" + text.Draw(t, label) }
		return ledger.Draft{
			Stream:      events.Stream(rapid.SampledFrom([]string{"a", "a/b", "ä", "\U0010FFFF"}).Draw(t, "stream")),
			Type:        events.Type(some("type")),
			TypeVersion: rapid.IntRange(1, math.MaxInt32).Draw(t, "version"),
			OccurredAt:  time.Unix(seconds.Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns")),
			Actor:       events.Actor(some("actor")),
			Team:        events.TeamID(text.Draw(t, "team")),
			Inspection:  events.InspectionID(text.Draw(t, "inspection")),
			Case:        events.CaseID(text.Draw(t, "case")),
			Causation:   newID(),
			Digest:      sha256.Sum256([]byte(text.Draw(t, "digest"))),
			Data:        rapid.SliceOfN(rapid.Byte(), 1, 400).Draw(t, "data"),
		}
	})
}

func TestReadRanges(t *testing.T) {
	t.Parallel()
	l := ledger.New(db.New(t))
	const total = 4500 // more than two batches
	all := mustAdd(t, l, programme, drafts(0, total))
	for _, r := range []struct {
		after events.Position
		limit int
		want  []events.Recorded
	}{
		{0, 0, all},
		{0, 1, all[:1]},
		{10, 5, all[10:15]},
		{1000, 2000, all[1000:3000]},
		{0, 4000, all[:4000]},
		{total - 3, 10, all[total-3:]},
		{total, 0, nil},
		{math.MaxUint64, 0, nil},
	} {
		got := collect(t, l.Read(t.Context(), programme, r.after, r.limit))
		if diff := cmp.Diff(r.want, got); diff != "" {
			t.Errorf("after %d, limit %d:\n%s", r.after, r.limit, diff)
		}
	}
	n := 0
	for _, err := range l.Read(t.Context(), programme, 0, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 2500 {
			break // between two batches
		}
	}
	if got := collect(t, l.Read(t.Context(), "never opened", 0, 0)); got != nil {
		t.Errorf("a programme without events has %d", len(got))
	}
	for _, at := range []events.Position{0, total + 1, math.MaxUint64} {
		if _, ok, err := l.At(t.Context(), programme, at); ok || err != nil {
			t.Errorf("at %d: %v, %v", at, ok, err)
		}
	}
}

func TestReadBatchReusesMemory(t *testing.T) {
	t.Parallel()
	l := ledger.New(db.New(t))
	all := mustAdd(t, l, programme, drafts(0, 30))
	var buf []events.Recorded
	var err error
	for after := events.Position(0); after < 30; after += 10 {
		before := buf
		buf, err = l.ReadBatch(t.Context(), programme, after, 10, buf)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(all[after:after+10], buf); diff != "" {
			t.Fatalf("after %d:\n%s", after, diff)
		}
		if before != nil && (&before[0] != &buf[0] || &before[0].Data[0] != &buf[0].Data[0]) {
			t.Error("memory was allocated anew")
		}
	}
	if buf, err = l.ReadBatch(t.Context(), programme, 30, 10, buf); err != nil || len(buf) != 0 {
		t.Errorf("after the end: %d, %v", len(buf), err)
	}
	for _, limit := range []int{0, -1, ledger.MaxBatch + 1} {
		if _, err := l.ReadBatch(t.Context(), programme, 0, limit, nil); err == nil {
			t.Errorf("a batch of %d is accepted", limit)
		}
	}
}

// Large data ends a batch early, and nothing is left out.
func TestReadLargeData(t *testing.T) {
	t.Parallel()
	l := ledger.New(db.New(t))
	ds := drafts(0, 12)
	for i := range ds {
		ds[i].Data = bytes.Repeat([]byte{byte('a' + i)}, 1<<20)
	}
	all := mustAdd(t, l, programme, ds)
	got := collect(t, l.Read(t.Context(), programme, 0, 0))
	if len(got) != len(all) || !bytes.Equal(got[11].Data, ds[11].Data) {
		t.Errorf("read %d events of %d", len(got), len(all))
	}
	buf, err := l.ReadBatch(t.Context(), programme, 0, 12, nil)
	if err != nil || len(buf) == 0 || len(buf) == 12 {
		t.Errorf("a batch of 12 MiB has %d events, %v", len(buf), err)
	}
}

func TestReadByInspectionAndType(t *testing.T) {
	t.Parallel()
	l := ledger.New(db.New(t))
	ds := drafts(0, 2100)
	for i := range ds {
		if i%3 == 0 {
			ds[i].Inspection = "other"
		}
		if i%700 == 0 {
			ds[i].Type, ds[i].Stream, ds[i].Revision = events.TypeTeamMemberAdded, "team", events.Revision(i/700+1)
		}
	}
	all := mustAdd(t, l, programme, ds)
	mustAdd(t, l, "second", drafts(0, 3))
	only := func(keep func(events.Recorded) bool) []events.Recorded {
		return slices.DeleteFunc(slices.Clone(all), func(r events.Recorded) bool { return !keep(r) })
	}
	ctx := t.Context()
	for name, tt := range map[string]struct{ got, want []events.Recorded }{
		"inspection": {
			collect(t, l.ReadInspection(ctx, programme, "other")),
			only(func(r events.Recorded) bool { return r.Inspection == "other" }),
		},
		"type": {
			collect(t, l.ReadType(ctx, programme, events.TypeJudgementRecorded)),
			only(func(r events.Recorded) bool { return r.Type == events.TypeJudgementRecorded }),
		},
		"control type": {
			collect(t, l.ReadType(ctx, programme, events.TypeTeamMemberAdded)),
			only(func(r events.Recorded) bool { return r.Type == events.TypeTeamMemberAdded }),
		},
		"no such inspection": {collect(t, l.ReadInspection(ctx, programme, "none")), nil},
	} {
		if len(tt.want) != len(tt.got) || len(tt.got) > 0 && !cmp.Equal(tt.want, tt.got) {
			t.Errorf("%s: read %d events, want %d", name, len(tt.got), len(tt.want))
		}
	}
}

func TestReadPositions(t *testing.T) {
	t.Parallel()
	l := ledger.New(db.New(t))
	all := mustAdd(t, l, programme, drafts(0, 2500))
	var positions []events.Position
	var want []events.Recorded
	for p := events.Position(1); p < 2600; p += 2 {
		positions = append(positions, p)
		if int(p) <= len(all) {
			want = append(want, all[p-1])
		}
	}
	if diff := cmp.Diff(want, collect(t, l.ReadPositions(t.Context(), programme, positions))); diff != "" {
		t.Errorf("positions (-want +got):\n%s", diff)
	}
}

func TestPositionAt(t *testing.T) {
	t.Parallel()
	start := time.Date(2013, 5, 14, 9, 30, 0, 0, time.UTC)
	now := start
	l := ledger.New(db.New(t), ledger.WithClock(func() time.Time { return now }))
	for i := range 5 {
		now = start.Add(time.Duration(i) * time.Hour)
		mustAdd(t, l, programme, drafts(i*10, 3))
	}
	for by, want := range map[time.Time]events.Position{
		start.Add(-time.Microsecond): 0, start: 3, start.Add(time.Minute): 3, start.Add(2 * time.Hour): 9,
		start.Add(3*time.Hour - 1): 9, start.Add(100 * time.Hour): 15,
	} {
		if got, err := l.PositionAt(t.Context(), programme, by); err != nil || got != want {
			t.Errorf("by %v: position %d, %v, want %d", by, got, err, want)
		}
	}
}

func TestReadStreamsByPrefix(t *testing.T) {
	t.Parallel()
	l := ledger.New(db.New(t))
	file := func(c events.CaseID) events.Stream { return events.CaseFile("i", c) }
	var ds []ledger.Draft
	for n, s := range []events.Stream{
		events.JudgementStream("i", "C2", "1"), events.JudgementStream("i", "C1", "2"), events.CaseStream("i", "C1"),
		events.JudgementStream("i", "C10", "1"), events.JudgementStream("i", "C1", "1"),
		events.JudgementStream("i2", "C1", "1"), "framework",
	} {
		for r := range 2 {
			d := draft(n)
			d.Stream, d.Revision = s, events.Revision(r+1)
			ds = append(ds, d)
		}
	}
	mustAdd(t, l, "second", ds)
	for i := range ds {
		ds[i].ID = newID()
	}
	all := mustAdd(t, l, programme, ds[:len(ds)-2])
	err := l.Update(t.Context(), programme, nil, func(ctx context.Context, tx *ledger.Tx) error {
		last, err := tx.Append(ctx, ds[len(ds)-2:]) // framework
		if err != nil {
			return err
		}
		var want []events.Recorded
		want = append(want, all[2:6]...)  // case file C1: judgement 2 and attributes
		want = append(want, all[8:10]...) // judgement 1
		want = append(want, last...)
		want = append(want, all[0:2]...)
		got := collect(t, tx.ReadStreams(ctx, []events.Stream{file("C1"), "framework", file("C2"), file("C3")}))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("streams (-want +got):\n%s", diff)
		}
		for _, err := range tx.ReadStreams(ctx, []events.Stream{""}) {
			if err == nil {
				t.Error("the empty prefix is accepted")
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPrefixEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		runes := rapid.RuneFrom([]rune{'a', 'b', '/', '0', 'ä', '\uFFFD', 0xD7FF, 0xE000, 0x10FFFF})
		prefix := rapid.StringOfN(runes, 1, 3, -1).Draw(t, "prefix")
		other := rapid.StringOfN(runes, 0, 4, -1).Draw(t, "other")
		end, ok := ledger.PrefixEnd(prefix)
		if !ok {
			if strings.Trim(prefix, "\U0010FFFF") != "" {
				t.Fatalf("%q has no end", prefix)
			}
			return
		}
		if within := other >= prefix && other < end; within != strings.HasPrefix(other, prefix) {
			t.Fatalf("%q within [%q, %q): %v", other, prefix, end, within)
		}
	})
}
