package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/events/ledger"
)

// inspections of the long log.
const inspections = 80

// longLog is a log of judgements that is read and rebuilt: the reference framework,
// 80 inspections of 85 cases, and every tenth event a revision with a sealed reason.
// It is made once and not changed.
type longLog struct {
	db        *database
	programme events.Programme
	events    int // control events and cases included
	ledger    *ledger.Ledger
	pool      *pgxpool.Pool // of the projector's role
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
	source, err := os.ReadFile(filepath.Join(c.dataset, "framework.yaml"))
	if err != nil {
		return err
	}
	s, err := newScript(source)
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
	framework *framework.Framework
	made      int
	queue     []ledger.Draft // control events and cases, before the judgements
	judged    int
}

func newScript(source []byte) (*script, error) {
	fw, err := framework.Parse("framework.yaml", source)
	if err != nil {
		return nil, err
	}
	s := &script{framework: fw}
	add := func(stream events.Stream, i events.InspectionID, c events.CaseID, e events.Event) {
		if err == nil {
			var d ledger.Draft
			d, err = draft(stream, 1, i, c, e)
			s.queue = append(s.queue, d)
		}
	}
	add(events.ProgrammeStream(), "", "", events.ProgrammeOpened{Name: "long"})
	add(events.FrameworkStream(), "", "", events.FrameworkPublished{
		Revision: 1, ContentHash: fw.Hash, Source: string(source),
	})
	for n := range inspections {
		add(events.InspectionStream(area(n)), area(n), "", events.InspectionOpened{Name: string(area(n))})
	}
	for n := range inspections * cases {
		i, c := area(n/cases), caseID(n%cases)
		add(events.CaseStream(i, c), i, c, events.CaseDescribed{Attributes: map[string]*string{}})
	}
	return s, err
}

// next makes n more.
func (s *script) next(n int) ([]ledger.Draft, error) {
	all := make([]ledger.Draft, 0, n)
	for len(all) < n {
		if len(s.queue) > 0 {
			all, s.queue = append(all, s.queue[0]), s.queue[1:]
			continue
		}
		ds, err := s.judgement()
		if err != nil {
			return nil, err
		}
		all = append(all, ds)
	}
	s.made += n
	return all, nil
}

// judgement goes through the inspections in turn, within one through its cases,
// and through the questions last; every tenth revises the one before it.
func (s *script) judgement() (ledger.Draft, error) {
	n := s.judged
	s.judged++
	revises := n%10 == 9
	at := n - n/10 // judgements that are no revisions
	if revises {
		at--
	}
	round := at / (inspections * cases)
	if round >= len(s.framework.Questions) {
		return ledger.Draft{}, fmt.Errorf("no more than %d judgements fit", inspections*cases*len(s.framework.Questions))
	}
	i, c, q := area(at%inspections), caseID(at/inspections%cases), s.framework.Questions[round]
	stream := events.JudgementStream(i, c, q.ID)
	if !revises {
		return draft(stream, 1, i, c, events.JudgementRecorded{Question: q.ID, Answer: q.Answers[0]})
	}
	return draft(stream, 2, i, c, events.JudgementRevised{
		Question: q.ID, Answer: q.Answers[1], Reason: &events.Sealed{Key: uuid.New(), Box: make([]byte, 12+40+16)},
	})
}

func draft(
	stream events.Stream, revision events.Revision, i events.InspectionID, c events.CaseID, e events.Event,
) (ledger.Draft, error) {
	data, err := codec.Encode(e)
	if err != nil {
		return ledger.Draft{}, err
	}
	return ledger.Draft{
		ID: uuid.New(), Stream: stream, Revision: revision, Type: e.Kind().Type, TypeVersion: e.Kind().Version,
		OccurredAt: occurred.Add(time.Minute), Actor: "inspector-01", Team: "team-1", Inspection: i, Case: c,
		Causation: uuid.New(), Data: data,
	}, nil
}

func area(n int) events.InspectionID { return events.InspectionID(fmt.Sprintf("area-%03d", n)) }

func caseID(n int) events.CaseID { return events.CaseID(fmt.Sprintf("C%03d", n)) }
