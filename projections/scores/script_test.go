package scores_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/scores"
)

// item is one event as the fold gets it.
type item struct {
	r events.Recorded
	e events.Event
}

// script writes events as a recorder would: positions without gaps, revisions per
// stream.
type script struct {
	items      []item
	revisions  map[events.Stream]events.Revision
	frameworks int
}

func newScript() *script { return &script{revisions: map[events.Stream]events.Revision{}} }

func (s *script) add(stream events.Stream, i events.InspectionID, c events.CaseID, e events.Event) events.Position {
	pos := events.Position(len(s.items) + 1)
	s.revisions[stream]++
	at := time.Date(2013, 7, 1, 9, 0, 0, 0, time.UTC).Add(time.Duration(pos) * time.Second)
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[8:], uint64(pos))
	s.items = append(s.items, item{events.Recorded{
		Programme: "p", Position: pos, ID: id, Stream: stream, Revision: s.revisions[stream],
		Type: e.Kind().Type, TypeVersion: e.Kind().Version, OccurredAt: at, RecordedAt: at,
		Inspection: i, Case: c,
	}, e})
	return pos
}

func (s *script) publish(source string) events.Position {
	s.frameworks++
	sum := sha256.Sum256([]byte(source))
	return s.add(events.FrameworkStream(), "", "", events.FrameworkPublished{
		Revision: s.frameworks, Base: s.frameworks - 1, ContentHash: hex.EncodeToString(sum[:]), Source: source,
	})
}

// restore puts an earlier framework in force again.
func (s *script) restore(revision int) events.Position {
	return s.add(events.FrameworkStream(), "", "", events.FrameworkRestored{Revision: revision, Replaced: s.frameworks})
}

func (s *script) open(i events.InspectionID) events.Position {
	return s.add(events.InspectionStream(i), i, "", events.InspectionOpened{Name: string(i)})
}

// describe takes attributes as name, value, name, value; "" as a value removes.
func (s *script) describe(i events.InspectionID, c events.CaseID, attributes ...string) events.Position {
	m := map[string]*string{}
	for k := 0; k < len(attributes); k += 2 {
		m[attributes[k]] = nil
		if attributes[k+1] != "" {
			m[attributes[k]] = &attributes[k+1]
		}
	}
	return s.add(events.CaseStream(i, c), i, c, events.CaseDescribed{Attributes: m})
}

// judge records an answer, revises it when there is one, and withdraws it for "".
func (s *script) judge(i events.InspectionID, c events.CaseID, q events.QuestionID, a events.Answer) events.Position {
	stream := events.JudgementStream(i, c, q)
	switch {
	case a == "":
		return s.add(stream, i, c, events.JudgementWithdrawn{Question: q})
	case s.revisions[stream] == 0:
		return s.add(stream, i, c, events.JudgementRecorded{Question: q, Answer: a})
	default:
		return s.add(stream, i, c, events.JudgementRevised{Question: q, Answer: a})
	}
}

// fold applies everything to a new fold.
func (s *script) fold(t testing.TB) *scores.Fold {
	t.Helper()
	f := scores.New()
	apply(t, f, s.items)
	return f
}

func apply(t testing.TB, f *scores.Fold, items []item) {
	t.Helper()
	for k := range items {
		if err := f.Apply(&items[k].r, items[k].e); err != nil {
			t.Fatal(err)
		}
	}
}

// figures makes the figures of one inspection by name.
func figures(t testing.TB, f *scores.Fold, i events.InspectionID) map[scores.FigureID]scores.Figure {
	t.Helper()
	tallies, ok := f.Tallies(i)
	if !ok {
		t.Fatalf("inspection %s has no tallies", i)
	}
	return figuresOf(f, tallies)
}

func figuresOf(f *scores.Fold, tallies map[events.QuestionID]scores.Tally) map[scores.FigureID]scores.Figure {
	fw, _ := f.Framework()
	byName := map[scores.FigureID]scores.Figure{}
	for _, one := range scores.Figures(fw, tallies) {
		byName[one.Name] = one
	}
	return byName
}
