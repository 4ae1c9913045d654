package rows_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/projections/scores"
)

// fataler is a testing.TB or a *rapid.T.
type fataler interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// book writes the events of one programme as a recorder would: drafts first, then
// into the ledger.
type book struct {
	programme  events.Programme
	drafts     []ledger.Draft
	events     []events.Event
	revisions  map[events.Stream]events.Revision
	frameworks int
	written    int
}

func newBook(p events.Programme) *book {
	return &book{programme: p, revisions: map[events.Stream]events.Revision{}}
}

func (b *book) add(stream events.Stream, i events.InspectionID, c events.CaseID, e events.Event) {
	data, err := codec.Encode(e)
	if err != nil {
		panic(err)
	}
	b.revisions[stream]++
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[8:], uint64(len(b.drafts)+1))
	b.events = append(b.events, e)
	b.drafts = append(b.drafts, ledger.Draft{
		ID: id, Stream: stream, Revision: b.revisions[stream],
		Type: e.Kind().Type, TypeVersion: e.Kind().Version,
		OccurredAt: time.Date(2013, 7, 1, 9, 0, len(b.drafts), 0, time.UTC), Actor: "inspector-1",
		Inspection: i, Case: c, Digest: sha256.Sum256(data), Data: data,
	})
}

func (b *book) publish(source string) {
	b.frameworks++
	sum := sha256.Sum256([]byte(source))
	b.add(events.FrameworkStream(), "", "", events.FrameworkPublished{
		Revision: b.frameworks, Base: b.frameworks - 1, ContentHash: hex.EncodeToString(sum[:]), Source: source,
	})
}

// restore puts an earlier framework in force again.
func (b *book) restore(revision int) {
	b.add(events.FrameworkStream(), "", "", events.FrameworkRestored{Revision: revision, Replaced: b.frameworks})
}

func (b *book) open(i events.InspectionID) {
	b.add(events.InspectionStream(i), i, "", events.InspectionOpened{Name: string(i)})
}

func (b *book) describe(i events.InspectionID, c events.CaseID, attributes map[string]*string) {
	b.add(events.CaseStream(i, c), i, c, events.CaseDescribed{Attributes: attributes})
}

// judge records an answer, revises it when there is one, and withdraws it for "".
func (b *book) judge(i events.InspectionID, c events.CaseID, q events.QuestionID, a events.Answer) {
	stream := events.JudgementStream(i, c, q)
	why := &events.Sealed{}
	switch {
	case a == "":
		b.add(stream, i, c, events.JudgementWithdrawn{Question: q, Reason: why})
	case b.revisions[stream] == 0:
		b.add(stream, i, c, events.JudgementRecorded{Question: q, Answer: a})
	default:
		b.add(stream, i, c, events.JudgementRevised{Question: q, Answer: a, Reason: why})
	}
}

// write appends to the ledger what is in the book up to an event, at most 2000 at
// a time.
func (b *book) write(ctx context.Context, t fataler, l *ledger.Ledger, upto int) {
	t.Helper()
	for b.written < upto {
		some := b.drafts[b.written:min(upto, b.written+2000)]
		err := l.Update(ctx, b.programme, nil, func(ctx context.Context, tx *ledger.Tx) error {
			_, err := tx.Append(ctx, some)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		b.written += len(some)
	}
}

// fold is the first n events applied in memory, without a database.
func (b *book) fold(t fataler, n int) *scores.Fold {
	t.Helper()
	f := scores.New()
	for k, e := range b.events[:n] {
		d := &b.drafts[k]
		r := events.Recorded{
			Programme: b.programme, Position: events.Position(k + 1), ID: d.ID, Stream: d.Stream, Revision: d.Revision,
			Type: d.Type, TypeVersion: d.TypeVersion, Inspection: d.Inspection, Case: d.Case,
		}
		if err := f.Apply(&r, e); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// full writes the whole book into an empty ledger.
func (b *book) full(t testing.TB, l *ledger.Ledger) {
	t.Helper()
	b.written = 0
	b.write(t.Context(), t, l, len(b.drafts))
}
