package ledger_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/events/postgres/postgrestest"
)

var db = postgrestest.Template("ledger", ledger.Migrate)

func TestMain(m *testing.M) { goleak.VerifyTestMain(postgrestest.M{M: m}) }

const programme events.Programme = "iaow-2013-hampshire"

// draft is the n-th judgement of a made-up case: its first revision.
func draft(n int) ledger.Draft {
	id := events.CaseID(fmt.Sprintf("C%06d", n))
	return ledger.Draft{
		ID:          newID(),
		Stream:      events.JudgementStream("hampshire-2013", id, "4.1.07"),
		Revision:    1,
		Type:        events.TypeJudgementRecorded,
		TypeVersion: 1,
		OccurredAt:  time.Date(2013, 5, 14, 9, 30, 0, 123456789, time.FixedZone("BST", 3600)),
		Actor:       "inspector-1",
		Team:        "north",
		Inspection:  "hampshire-2013",
		Case:        id,
		Causation:   newID(),
		Digest:      sha256.Sum256([]byte(id)),
		Data:        fmt.Appendf(nil, `{"case":%q,"question":"4.1.07","answer":"sufficient"}`, id),
	}
}

func drafts(from, n int) []ledger.Draft {
	ds := make([]ledger.Draft, n)
	for i := range ds {
		ds[i] = draft(from + i)
	}
	return ds
}

func ids(ds []ledger.Draft) []events.EventID {
	out := make([]events.EventID, len(ds))
	for i := range ds {
		out[i] = ds[i].ID
	}
	return out
}

func newID() uuid.UUID {
	id, err := uuid.NewV7()
	if err != nil {
		panic(err)
	}
	return id
}

// add appends drafts in one Update.
func add(
	ctx context.Context, l *ledger.Ledger, p events.Programme, ds []ledger.Draft,
) (rs []events.Recorded, err error) {
	err = l.Update(ctx, p, ids(ds), func(ctx context.Context, tx *ledger.Tx) error {
		rs, err = tx.Append(ctx, ds)
		return err
	})
	return rs, err
}

func mustAdd(t testing.TB, l *ledger.Ledger, p events.Programme, ds []ledger.Draft) []events.Recorded {
	t.Helper()
	rs, err := add(t.Context(), l, p, ds)
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

func collect(t testing.TB, seq iter.Seq2[events.Recorded, error]) []events.Recorded {
	t.Helper()
	var rs []events.Recorded
	for r, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		rs = append(rs, r)
	}
	return rs
}
