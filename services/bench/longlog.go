package main

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/services/importer"
)

// inspections of the long log.
const inspections = 80

// longLog is a log of judgements that is read and rebuilt: the reference framework,
// and 80 inspections that judge the cases of the reference set at the same time, in
// its order. Every ninth judgement is revised at once, with a sealed reason. It is
// made once and not changed.
type longLog struct {
	db        *database
	programme events.Programme
	events    int // control events and cases included
	ledger    *ledger.Ledger
	pool      *pgxpool.Pool // of the projector's role
	pending   func() error  // the rest of a build that is no longer timed; may be nil
}

// longLog makes it at its first use.
func (b *bench) longLog(ctx context.Context) (*longLog, error) {
	if b.long != nil {
		return b.long, nil
	}
	d, err := b.database(ctx)
	if err != nil {
		return nil, err
	}
	l := &longLog{db: d, programme: "long"}
	if err := l.fill(ctx, b.config); err != nil {
		d.close()
		return nil, fmt.Errorf("fill the log: %w", err)
	}
	if l.pool, err = d.pool(ctx, projector); err != nil {
		d.close()
		return nil, err
	}
	l.ledger = ledger.New(l.pool)
	b.long = l
	return l, nil
}

// fill appends the events and lets the database tidy up, as a log that has been
// there for some time.
func (l *longLog) fill(ctx context.Context, c config) error {
	pool, err := l.db.pool(ctx, recording)
	if err != nil {
		return err
	}
	s, err := newScript(c.dataset)
	if err != nil {
		return err
	}
	to := ledger.New(pool)
	for s.made < c.events {
		ds, err := s.next(min(2000, c.events-s.made))
		if err != nil {
			return err
		}
		err = to.Update(ctx, l.programme, nil, func(ctx context.Context, tx *ledger.Tx) error {
			_, err := tx.Append(ctx, ds)
			return err
		})
		if err != nil {
			return err
		}
	}
	l.events = s.made
	own, err := l.db.pool(ctx, owner)
	if err != nil {
		return err
	}
	_, err = own.Exec(ctx, `VACUUM (ANALYZE) ledger.events`)
	return err
}

// script writes the events of the long log one after the other.
type script struct {
	set        *importer.Dataset
	attributes map[events.CaseID]map[string]*string
	judgements []entry.Judgement
	queue      []ledger.Draft
	at         int // judgements of all inspections so far
	made       int
}

func newScript(dataset string) (*script, error) {
	set, err := importer.Read(dataset, importer.Target{Inspection: area(0)})
	if err != nil {
		return nil, err
	}
	s := &script{set: set, attributes: map[events.CaseID]map[string]*string{}}
	for _, p := range set.Cases {
		if c, ok := p.Entry.Body.(entry.Case); ok {
			s.attributes[c.Case] = c.Attributes
		}
	}
	for _, p := range set.Rest {
		if j, ok := p.Entry.Body.(entry.Judgement); ok {
			s.judgements = append(s.judgements, j)
		}
	}
	err = s.add(events.ProgrammeStream(), 1, "", "", events.ProgrammeOpened{Name: "long"})
	if err != nil {
		return nil, err
	}
	err = s.add(events.FrameworkStream(), 1, "", "", events.FrameworkPublished{
		Revision: 1, ContentHash: set.Framework.Hash, Source: string(set.Framework.Source),
	})
	for n := 0; n < inspections && err == nil; n++ {
		err = s.add(events.InspectionStream(area(n)), 1, area(n), "", events.InspectionOpened{Name: string(area(n))})
	}
	return s, err
}

// next makes n more.
func (s *script) next(n int) ([]ledger.Draft, error) {
	for len(s.queue) < n {
		if err := s.judge(); err != nil {
			return nil, err
		}
	}
	all := s.queue[:n:n]
	s.queue = s.queue[n:]
	s.made += n
	return all, nil
}

// judge goes through the judgements of the reference set, and with each of them
// through the inspections. A case is described before its first judgement.
func (s *script) judge() error {
	n, i := s.at/inspections, area(s.at%inspections)
	if n == len(s.judgements) {
		return fmt.Errorf("%d inspections have no more than %d judgements", inspections, s.at)
	}
	j := s.judgements[n]
	if n == 0 || s.judgements[n-1].Case != j.Case {
		err := s.add(events.CaseStream(i, j.Case), 1, i, j.Case, events.CaseDescribed{Attributes: s.attributes[j.Case]})
		if err != nil {
			return err
		}
	}
	stream := events.JudgementStream(i, j.Case, j.Question)
	err := s.add(stream, 1, i, j.Case, events.JudgementRecorded{Question: j.Question, Answer: j.Answer})
	if err != nil {
		return err
	}
	if s.at++; s.at%9 != 0 {
		return nil
	}
	q, ok := s.set.Framework.Question(j.Question)
	if !ok {
		return fmt.Errorf("the framework has no question %s", j.Question)
	}
	other := q.Answers[0]
	if other == j.Answer {
		other = q.Answers[1]
	}
	return s.add(stream, 2, i, j.Case, events.JudgementRevised{
		Question: j.Question, Answer: other, Reason: &events.Sealed{Key: uuid.New(), Box: make([]byte, 12+40+16)},
	})
}

func (s *script) add(
	stream events.Stream, revision events.Revision, i events.InspectionID, c events.CaseID, e events.Event,
) error {
	data, err := codec.Encode(e)
	if err != nil {
		return err
	}
	s.queue = append(s.queue, ledger.Draft{
		ID: uuid.New(), Stream: stream, Revision: revision, Type: e.Kind().Type, TypeVersion: e.Kind().Version,
		OccurredAt: occurred.Add(time.Minute), Actor: "inspector-01", Team: "team-1", Inspection: i, Case: c,
		Causation: uuid.New(), Data: data,
	})
	return nil
}

func area(n int) events.InspectionID { return events.InspectionID(fmt.Sprintf("area-%03d", n)) }
