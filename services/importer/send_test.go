package importer_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/services/client"
	"github.com/aboveline/aboveline/services/importer"
)

// desk is a recorder that keeps what it was sent.
type desk struct {
	mu      sync.Mutex
	entries map[uuid.UUID]entry.Entry
	order   []entry.Kind
	by      map[events.CaseID]map[int]bool // which submitters each case came through
	refuse  func(entry.Entry) *entry.Receipt
	fail    error
}

func newDesk() *desk {
	return &desk{entries: map[uuid.UUID]entry.Entry{}, by: map[events.CaseID]map[int]bool{}}
}

// at is the desk as seen by the n-th submitter.
type at struct {
	*desk
	n int
}

func (d at) Submit(_ context.Context, _ events.InspectionID, s entry.Submission) ([]entry.Receipt, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail != nil {
		return nil, d.fail
	}
	var receipts []entry.Receipt
	for _, raw := range s.Entries {
		e, err := entry.Decode(raw)
		if err != nil {
			return nil, err
		}
		r := entry.Receipt{ID: e.ID, Status: entry.StatusRecorded, Position: events.Position(len(d.entries) + 1)}
		if _, known := d.entries[e.ID]; known {
			r.Status = entry.StatusDuplicate
		} else if refusal := d.refused(e); refusal != nil {
			r = *refusal
		} else {
			d.entries[e.ID] = e
			d.order = append(d.order, e.Kind)
		}
		if j, ok := e.Body.(entry.Judgement); ok {
			if d.by[j.Case] == nil {
				d.by[j.Case] = map[int]bool{}
			}
			d.by[j.Case][d.n] = true
		}
		receipts = append(receipts, r)
	}
	return receipts, nil
}

func (d *desk) refused(e entry.Entry) *entry.Receipt {
	if d.refuse == nil {
		return nil
	}
	return d.refuse(e)
}

func (d *desk) four() []client.Submitter {
	return []client.Submitter{at{d, 0}, at{d, 1}, at{d, 2}, at{d, 3}}
}

func TestSendDividesByCaseAndSendsCasesFirst(t *testing.T) {
	t.Parallel()
	d, k := read(t, dataset), newDesk()
	last := 0
	r, err := d.Send(t.Context(), "i", k.four(), func(done, total int) {
		if done <= last || done > total {
			t.Errorf("progress %d of %d after %d", done, total, last)
		}
		last = done
	})
	if err != nil {
		t.Fatal(err)
	}
	all := len(d.Cases) + len(d.Rest)
	want := importer.Result{Recorded: all, Problems: []importer.Problem{}, Position: events.Position(all)}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if last != all {
		t.Errorf("progress ended at %d of %d", last, all)
	}
	if n := slices.IndexFunc(k.order, func(k entry.Kind) bool { return k != entry.KindCase }); n != len(d.Cases) {
		t.Errorf("the first entry that is no case came as number %d of %d cases", n, len(d.Cases))
	}
	used := map[int]bool{}
	for c, by := range k.by {
		if len(by) != 1 {
			t.Errorf("case %s went through %v", c, slices.Collect(maps.Keys(by)))
		}
		maps.Copy(used, by)
	}
	if len(used) != 4 {
		t.Errorf("only %v were used", used)
	}

	again, err := d.Send(t.Context(), "i", k.four()[:1], nil)
	if err != nil || again.Duplicates != all || again.Recorded != 0 {
		t.Errorf("sent again: %+v, %v", again, err)
	}
}

func TestRefusalsAreReportedAtTheirRows(t *testing.T) {
	t.Parallel()
	d := read(t, directory(t, map[string]string{
		"judgements.csv": "case_id,question_id,answer\nC1,2.1.03,sufficient\nC1,9,x\n" +
			"C2,2.1.03,insufficient\nC2,2.1.04,sufficient\n",
	}))
	k := newDesk()
	k.refuse = func(e entry.Entry) *entry.Receipt {
		j, ok := e.Body.(entry.Judgement)
		switch {
		case !ok || j.Question == "2.1.04":
			return nil
		case j.Case == "C1":
			return &entry.Receipt{
				ID: e.ID, Status: entry.StatusRejected, Code: "unknown_case", Field: "case", Message: "no such case",
			}
		default:
			return &entry.Receipt{
				ID: e.ID, Status: entry.StatusConflict, Code: "conflict", Field: "expected_revision", Message: "changed",
				Current: &entry.Current{Answer: "sufficient", Actor: "ann", Revision: 2},
			}
		}
	}
	r, err := d.Send(t.Context(), "i", k.four(), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := importer.Result{Recorded: 3, Conflicts: 1, Rejected: 2, Position: 3, Problems: []importer.Problem{
		{File: "judgements.csv", Line: 2, Column: 1, Field: "case_id", Code: "unknown_case", Message: "no such case"},
		{
			File: "judgements.csv", Line: 3, Column: 4, Field: "question_id", Code: "unknown_question",
			Message: `the framework has no question "9"`,
		},
		{
			File: "judgements.csv", Line: 4, Field: "expected_revision", Code: "conflict",
			Message: `changed (now "sufficient" by ann, revision 2)`,
		},
	}}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r.Refused() != 3 {
		t.Errorf("%d refused, want 3", r.Refused())
	}
}

func TestSendEndsWithTheDoor(t *testing.T) {
	t.Parallel()
	d, k := read(t, dataset), newDesk()
	k.fail = errors.New("the door is shut")
	if _, err := d.Send(t.Context(), "i", k.four(), nil); !errors.Is(err, k.fail) {
		t.Errorf("got %v", err)
	}
}
