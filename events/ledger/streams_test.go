package ledger_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
)

// The streams of an inspection come in the order of their positions, up to one, and
// nobody else's.
func TestReadStreamsUntil(t *testing.T) {
	t.Parallel()
	l := ledger.New(db.New(t))
	streams := []events.Stream{
		events.FrameworkStream(), events.InspectionStream("i"), events.CaseStream("i", "C1"),
		events.JudgementStream("i", "C1", "1"), events.JudgementStream("i2", "C1", "1"), events.InspectionStream("i2"),
		events.InterviewStream("i", "O1"), events.ProgrammeStream(), events.JudgementStream("i", "C2", "1"),
	}
	var ds []ledger.Draft
	for r := range 3 {
		for n, s := range streams {
			d := draft(r*100 + n)
			d.Stream, d.Revision = s, events.Revision(r+1)
			ds = append(ds, d)
		}
	}
	all := mustAdd(t, l, programme, ds)
	for i := range ds {
		ds[i].ID = newID()
	}
	mustAdd(t, l, "second", ds)
	of := []events.Stream{events.FrameworkStream(), events.InspectionStream("i"), events.CaseFiles("i")}
	for until := events.Position(0); until <= events.Position(len(all)+1); until++ {
		var want []events.Recorded
		for n := range all {
			if k := n % len(streams); all[n].Position <= until && (k < 4 || k == 8) {
				want = append(want, all[n])
			}
		}
		if diff := cmp.Diff(want, collect(t, l.ReadStreams(t.Context(), programme, of, until))); diff != "" {
			t.Fatalf("until %d (-want +got):\n%s", until, diff)
		}
	}
	for _, err := range l.ReadStreams(t.Context(), programme, []events.Stream{""}, 1) {
		if err == nil {
			t.Error("the empty prefix is accepted")
		}
	}
}

// Outlines come in the order of the positions asked for, whether these lie close
// together or not.
func TestOutlines(t *testing.T) {
	t.Parallel()
	l := ledger.New(db.New(t))
	all := mustAdd(t, l, programme, drafts(0, 1000))
	for _, step := range []int{1, 2, 7, 999} {
		for _, data := range []bool{false, true} {
			t.Run(fmt.Sprintf("every %d, data %v", step, data), func(t *testing.T) {
				t.Parallel()
				var positions []events.Position
				var want []ledger.Outline
				for n := 0; n < len(all); n += step {
					r := all[n]
					positions = append(positions, r.Position)
					want = append(want, ledger.Outline{
						Position: r.Position, ID: r.ID, Type: r.Type, Version: r.TypeVersion, Actor: r.Actor, Case: r.Case,
						OccurredAt: r.OccurredAt, RecordedAt: r.RecordedAt,
					})
					if data {
						want[len(want)-1].Data = r.Data
					}
				}
				got, err := l.Outlines(t.Context(), programme, positions, data)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("outlines (-want +got):\n%s", diff)
				}
			})
		}
	}
	if got, err := l.Outlines(t.Context(), programme, nil, true); len(got) != 0 || err != nil {
		t.Errorf("of none: %v, %v", got, err)
	}
	for _, positions := range [][]events.Position{{1001}, {5, 5000}, {999, 1000, 1001}} {
		if _, err := l.Outlines(t.Context(), programme, positions, false); err == nil {
			t.Errorf("%v: what is not there is given", positions)
		}
	}
}
