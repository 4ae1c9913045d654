package query_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/projections/scores"
)

const programme = events.Programme("p")

// opened is the inspectors' clock at the first event.
var opened = time.Date(2013, 7, 1, 9, 0, 0, 0, time.UTC)

// book is a programme as a recorder would write it. The n-th event is at position
// n+1, recorded a second after the one before it.
type book struct {
	drafts     []ledger.Draft
	events     []events.Event
	revisions  map[events.Stream]events.Revision
	frameworks int
	actor      events.Actor
	occurred   time.Time // of the next event
}

func newBook() *book {
	b := &book{revisions: map[events.Stream]events.Revision{}, actor: "ann", occurred: opened}
	b.add(events.ProgrammeStream(), "", "", events.ProgrammeOpened{Name: "p"})
	return b
}

func (b *book) add(stream events.Stream, i events.InspectionID, c events.CaseID, e events.Event) events.Position {
	data, err := codec.Encode(e)
	if err != nil {
		panic(err)
	}
	b.revisions[stream]++
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[8:], uint64(len(b.drafts)+1))
	b.events = append(b.events, e)
	b.drafts = append(b.drafts, ledger.Draft{
		ID: id, Stream: stream, Revision: b.revisions[stream], Type: e.Kind().Type, TypeVersion: e.Kind().Version,
		OccurredAt: b.occurred, Actor: b.actor, Inspection: i, Case: c, Digest: sha256.Sum256(data), Data: data,
	})
	return events.Position(len(b.drafts))
}

func (b *book) publish(source string) events.Position {
	b.frameworks++
	sum := sha256.Sum256([]byte(source))
	return b.add(events.FrameworkStream(), "", "", events.FrameworkPublished{
		Revision: b.frameworks, Base: b.frameworks - 1, ContentHash: hex.EncodeToString(sum[:]), Source: source,
		Reason: "clearer criteria",
	})
}

func (b *book) restore(revision int) events.Position {
	return b.add(events.FrameworkStream(), "", "", events.FrameworkRestored{
		Revision: revision, Replaced: b.frameworks, Reason: "too strict",
	})
}

func (b *book) open(i events.InspectionID) events.Position {
	return b.add(events.InspectionStream(i), i, "", events.InspectionOpened{Name: string(i)})
}

// describe sets the tier of a case; "" removes it.
func (b *book) describe(i events.InspectionID, c events.CaseID, tier string) events.Position {
	attributes := map[string]*string{"tier": nil}
	if tier != "" {
		attributes["tier"] = &tier
	}
	return b.add(events.CaseStream(i, c), i, c, events.CaseDescribed{Attributes: attributes})
}

// judge records an answer, revises it when there is one, and withdraws it for "".
func (b *book) judge(i events.InspectionID, c events.CaseID, q events.QuestionID, a events.Answer) events.Position {
	stream := events.JudgementStream(i, c, q)
	why := &events.Sealed{}
	switch {
	case a == "":
		return b.add(stream, i, c, events.JudgementWithdrawn{Question: q, Reason: why})
	case b.revisions[stream] == 0:
		return b.add(stream, i, c, events.JudgementRecorded{Question: q, Answer: a})
	default:
		return b.add(stream, i, c, events.JudgementRevised{Question: q, Answer: a, Reason: why})
	}
}

// write puts the book into a ledger.
func (b *book) write(t testing.TB, l *ledger.Ledger, now *time.Time) {
	t.Helper()
	batch := len(b.drafts)
	if batch < 1000 {
		batch = 1 // each at a time of its own
	} else {
		batch = 2000
	}
	for at := 0; at < len(b.drafts); at += batch {
		some := b.drafts[at:min(at+batch, len(b.drafts))]
		*now = recorded(at + 1)
		err := l.Update(t.Context(), programme, nil, func(ctx context.Context, tx *ledger.Tx) error {
			for _, d := range some {
				if d.Type == events.TypeInspectionOpened {
					if _, err := tx.Claim(ctx, d.Inspection, programme); err != nil {
						return err
					}
				}
			}
			_, err := tx.Append(ctx, some)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// recorded is when the event at a position was recorded, in a book of less than
// 1000 events.
func recorded(at int) time.Time {
	return time.Date(2013, 7, 9, 12, 0, 0, 0, time.UTC).Add(time.Duration(at) * time.Second)
}

// about are the events of an inspection and of the framework up to a position.
func (b *book) about(i events.InspectionID, until events.Position) iter.Seq2[scores.Item, error] {
	return func(yield func(scores.Item, error) bool) {
		for k, e := range b.events[:until] {
			d := &b.drafts[k]
			if d.Inspection != i && d.Stream != events.FrameworkStream() {
				continue
			}
			r := events.Recorded{
				Position: events.Position(k + 1), Stream: d.Stream, Revision: d.Revision, Type: d.Type,
				OccurredAt: d.OccurredAt, Inspection: d.Inspection, Case: d.Case,
			}
			if !yield(scores.Item{Recorded: r, Event: e}, nil) {
				return
			}
		}
	}
}

// source is a framework with the questions a, b (relevant in tier 1) and c (relevant
// once a is yes), a line, and an outcome for c.
func source(line string, outcomeOfC int) string {
	var w strings.Builder
	w.WriteString("meta:\n  framework_id: p\noutcomes:\n")
	for n := 1; n <= 5; n++ {
		fmt.Fprintf(&w, "  - {number: %d, id: outcome-%d, name: Outcome %d}\n", n, n, n)
	}
	grid := [][]string{
		{"1.1", "2.1", "3.1", "4.1", "5.1"},
		{"2.2", "3.2", "4.2", "5.2"},
		{"2.3", "3.3", "4.3", "5.3"},
		{"1.4", "2.4", "3.4", "4.4", "5.4"},
		{"5.5"},
	}
	w.WriteString("sections:\n")
	for n, criteria := range grid {
		fmt.Fprintf(&w, "  - {number: %d, id: section-%d, name: Section %d, criteria: [\"%s\"]}\n",
			n+1, n+1, n+1, strings.Join(criteria, `", "`))
	}
	w.WriteString("criteria:\n")
	for n, criteria := range grid {
		for _, c := range criteria {
			fmt.Fprintf(&w, "  - {id: %q, name: Criterion %s, outcome: %s, section: %d}\n", c, c, c[:1], n+1)
		}
	}
	w.WriteString("case_attributes:\n  - {id: tier, values: [\"1\", \"2\"]}\nquestions:\n")
	for _, q := range []struct {
		id, rule string
		outcome  int
	}{{"a", "true", 1}, {"b", `case.tier == "1"`, 1}, {"c", `answer["a"] == "yes"`, outcomeOfC}} {
		fmt.Fprintf(&w, "  - {id: %s, criterion: \"%d.1\", text: Question %s, relevant: '%s', judged: true, "+
			"answers: [\"yes\", partly, \"no\", not_applicable], above_line: [%s], outcomes: [%d]}\n",
			q.id, q.outcome, q.id, q.rule, line, q.outcome)
	}
	return w.String()
}

// randomBook is a programme of two inspections in which everything happens, with
// inspectors' clocks that go forth and back.
func randomBook(seed uint64, steps int) *book {
	r := rand.New(rand.NewPCG(seed, 1))
	b := newBook()
	sources := []string{source(`"yes"`, 1), source(`"yes", partly`, 1), source(`"yes"`, 2)}
	b.publish(sources[0])
	for range steps {
		b.occurred = opened.Add(time.Duration(r.IntN(20)) * time.Minute)
		b.actor = events.Actor([]string{"ann", "bea"}[r.IntN(2)])
		i := events.InspectionID([]string{"north", "south"}[r.IntN(2)])
		c := events.CaseID(fmt.Sprintf("C%d", 1+r.IntN(4)))
		switch kind := r.IntN(20); {
		case b.revisions[events.InspectionStream(i)] == 0:
			b.open(i)
		case kind == 0:
			b.publish(sources[r.IntN(3)])
		case kind == 1:
			b.restore(1 + r.IntN(b.frameworks))
		case kind <= 4 || b.revisions[events.CaseStream(i, c)] == 0:
			b.describe(i, c, []string{"", "1", "2"}[r.IntN(3)])
		default:
			q := events.QuestionID([]string{"a", "b", "c"}[r.IntN(3)])
			answers := []events.Answer{"yes", "partly", "no", events.NotApplicable, ""}
			n := len(answers)
			if b.revisions[events.JudgementStream(i, c, q)] == 0 {
				n--
			}
			b.judge(i, c, q, answers[r.IntN(n)])
		}
	}
	return b
}
