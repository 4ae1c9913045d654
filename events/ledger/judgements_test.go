package ledger_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
)

// The last event of every judgement stream of the questions asked for is read, of
// this programme only, and with what the transaction itself appended.
func TestReadJudgementsReadsTheLastOfEachStream(t *testing.T) {
	t.Parallel()
	l := ledger.New(db.New(t))
	judgement := func(c events.CaseID, q events.QuestionID, revision events.Revision) ledger.Draft {
		d := draft(1)
		d.ID, d.Case, d.Stream, d.Revision = newID(), c, events.JudgementStream("hampshire-2013", c, q), revision
		d.Data = fmt.Appendf(nil, `{"question":%q,"answer":"r%d"}`, q, revision)
		return d
	}
	factor := draft(1)
	factor.Stream = events.FactorStream("hampshire-2013", "C1", "4.1.07")
	mustAdd(t, l, programme, []ledger.Draft{
		judgement("C1", "4.1.07", 1), judgement("C1", "4.1.07", 2), judgement("C2", "4.1.07", 1), judgement("C1", "4.1.08", 1),
		judgement("C/1", "a/b%c", 1), judgement("C1", "c", 1), factor,
	})
	mustAdd(t, l, "another", []ledger.Draft{judgement("C3", "4.1.07", 1)})
	var got []string
	err := l.Update(t.Context(), programme, nil, func(ctx context.Context, tx *ledger.Tx) error {
		if _, err := tx.Append(ctx, []ledger.Draft{judgement("C2", "4.1.07", 2), judgement("C4", "4.1.07", 1)}); err != nil {
			return err
		}
		for r, err := range tx.ReadJudgements(ctx, []events.QuestionID{"4.1.07", "a/b%c", "9.9.99"}) {
			if err != nil {
				return err
			}
			got = append(got, fmt.Sprintf("%s %d %s", r.Case, r.Revision, r.Data))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(got, cmp.Compare)
	want := []string{
		`C/1 1 {"question":"a/b%c","answer":"r1"}`, `C1 2 {"question":"4.1.07","answer":"r2"}`,
		`C2 2 {"question":"4.1.07","answer":"r2"}`, `C4 1 {"question":"4.1.07","answer":"r1"}`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("read\n%q, want\n%q", got, want)
	}
}
