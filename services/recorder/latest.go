package recorder

import (
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/entry"
)

// latest is the newest event of one stream. Position and RecordedAt are filled
// in when the transaction that appends it gives them.
type latest struct {
	ID         events.EventID
	Stream     events.Stream
	Revision   events.Revision
	Position   events.Position
	Actor      events.Actor
	OccurredAt time.Time
	RecordedAt time.Time
	Event      events.Event
}

// current is what a conflict receipt tells of the stream: enough to decide what
// to do, without any sealed text.
func (l *latest) current() *entry.Current {
	c := &entry.Current{
		EventID:    l.ID,
		Revision:   l.Revision,
		Position:   l.Position,
		Actor:      l.Actor,
		OccurredAt: l.OccurredAt,
		RecordedAt: l.RecordedAt,
	}
	switch e := l.Event.(type) {
	case events.JudgementRecorded:
		c.Answer = e.Answer
	case events.JudgementRevised:
		c.Answer = e.Answer
	case events.JudgementWithdrawn:
		// No answer is current.
	default:
		if data, err := codec.Encode(unsealed(l.Event)); err == nil {
			c.Data = data
		}
	}
	return c
}

// unsealed is the event without notes and reasons.
func unsealed(e events.Event) events.Event {
	switch e := e.(type) {
	case events.CaseDescribed:
		e.Note, e.Reason = nil, nil
		return e
	case events.InterviewRecorded:
		e.Note = nil
		return e
	case events.InterviewRevised:
		e.Note, e.Reason = nil, nil
		return e
	case events.ResponseRecorded:
		e.Note = nil
		return e
	case events.ResponseRevised:
		e.Note, e.Reason = nil, nil
		return e
	case events.VictimContactRecorded:
		e.Note = nil
		return e
	case events.VictimContactRevised:
		e.Note, e.Reason = nil, nil
		return e
	case events.FactorAssessed:
		e.Note = nil
		return e
	case events.FactorRevised:
		e.Note, e.Reason = nil, nil
		return e
	case events.FrameworkPublished:
		e.Source = ""
		return e
	default:
		return e
	}
}
