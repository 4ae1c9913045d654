package recorder_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/vault"
	"github.com/aboveline/aboveline/services/recorder"
)

// Two recorders and many goroutines revise the same judgement: each revision is
// recorded once, everyone else gets the conflict.
func TestOneWinnerPerRevision(t *testing.T) {
	t.Parallel()
	b := opened(t)
	b.must(ines, judge("C001", "1.1.04", "sufficient"))
	recorders := []*recorder.Recorder{b.another(), b.another()}
	for revision := events.Revision(1); revision <= 5; revision++ {
		const rivals = 8
		got := make([]entry.Receipt, rivals)
		var wg sync.WaitGroup
		for n := range rivals {
			wg.Go(func() {
				e := because("rival", expecting(revision, judge("C001", "1.1.04", "insufficient")))
				got[n] = b.raw(recorders[n%2], 0, ines, encode(t, e)...)[0]
			})
		}
		wg.Wait()
		winners := 0
		for _, r := range got {
			switch r.Status {
			case entry.StatusRecorded:
				winners++
			case entry.StatusConflict:
				if r.Current == nil || r.Current.Revision != revision+1 {
					t.Errorf("revision %d: current %+v", revision, r.Current)
				}
			default:
				t.Errorf("revision %d: %+v", revision, r)
			}
		}
		if winners != 1 {
			t.Fatalf("revision %d has %d winners", revision, winners)
		}
	}
}

// Deliveries that are handled at once, in whatever order their goroutines run, are
// recorded in the order of their numbers.
func TestOrderOfTheStream(t *testing.T) {
	t.Parallel()
	b := opened(t)
	r := b.another()
	const n = 64
	messages := make([]*message.Message, n)
	for k := range n {
		e := because("step", expecting(events.Revision(k), judge("C001", "1.1.04", "sufficient")))
		messages[k], _ = b.message(ines, encode(t, e)...)
		messages[k].Metadata.Set("courier:order", itoa(k+1))
	}
	var wg sync.WaitGroup
	for k := n - 1; k >= 0; k-- {
		wg.Go(func() {
			if err := r.Handle(messages[k]); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var last events.Revision
	for e, err := range b.ledger.ReadStream(t.Context(), programme, events.JudgementStream(hampshire, "C001", "1.1.04")) {
		if err != nil {
			t.Fatal(err)
		}
		last = e.Revision
	}
	if last != n {
		t.Errorf("%d of %d revisions were recorded", last, n)
	}
}

func itoa(n int) string {
	const digits = "0123456789"
	if n < 10 {
		return digits[n : n+1]
	}
	return itoa(n/10) + digits[n%10:n%10+1]
}

func TestMalformedDeliveryIsPermanent(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, payload := range []string{"", "{}", "null", `{"id":"x"}`, strings.Repeat("[", 10000)} {
		m := message.NewMessage(uuid.NewString(), []byte(payload))
		m.SetContext(t.Context())
		if err := b.recorder.Handle(m); !recorder.IsPermanent(err) {
			t.Errorf("payload %.20q: %v", payload, err)
		}
	}
}

func TestUnknownProgrammeLeavesNoLog(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	expect(t, b.one(ines, judge("C001", "1.1.04", "sufficient")),
		entry.StatusRejected, "unknown_programme", "programme", "open it first")
	if p, err := b.ledger.Programmes(t.Context()); err != nil || len(p) != 0 {
		t.Errorf("programmes %v, %v", p, err)
	}
}

// Notes and reasons are nowhere in the ledger; the vault opens them.
func TestNotesAreSealed(t *testing.T) {
	t.Parallel()
	b := opened(t)
	const secret = "the victim lives at the mill"
	e := judge("C001", "1.1.04", "sufficient")
	e.Note = secret
	b.must(ines, e)
	found := false
	for r, err := range b.ledger.Read(t.Context(), programme, 0, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(r.Data), "mill") {
			t.Errorf("position %d holds the note: %s", r.Position, r.Data)
		}
		if r.ID != e.ID {
			continue
		}
		found = true
		event, err := codec.Decode(r.Kind(), r.Data)
		if err != nil {
			t.Fatal(err)
		}
		judged, ok := event.(events.JudgementRecorded)
		if !ok {
			t.Fatalf("recorded as %T", event)
		}
		note := judged.Note
		plain, err := b.vault.Open(t.Context(), *note, vault.AAD{Programme: programme, Event: e.ID, Field: "note"})
		if err != nil || plain != secret {
			t.Errorf("opened %q, %v", plain, err)
		}
	}
	if !found {
		t.Error("the judgement is not in the ledger")
	}
}
