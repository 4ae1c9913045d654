package query

import (
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/projections/scores"
)

// FigureChange is what one event did to the figure.
type FigureChange struct {
	Position   events.Position `json:"position"`
	EventID    events.EventID  `json:"event_id"`
	Type       events.Type     `json:"type"`
	Cause      scores.Cause    `json:"cause" enum:"judgements,corrections,withdrawals,attributes,criteria"`
	Actor      events.Actor    `json:"actor"`
	OccurredAt time.Time       `json:"occurred_at"`
	RecordedAt time.Time       `json:"recorded_at"`
	// Attributes are the names of those that a correction of the case named.
	Attributes []string `json:"attributes,omitempty" doc:"Of a case: the attributes that the event corrected."`
	Reason     string   `json:"reason,omitempty" doc:"Of a framework: why it was published or restored."`

	Case     events.CaseID     `json:"case,omitempty"`
	Question events.QuestionID `json:"question,omitempty" doc:"The question that was answered."`
	Answer   events.Answer     `json:"answer,omitempty"`
	Before   Value             `json:"before"`
	After    Value             `json:"after"`
	Moved    []Moved           `json:"moved" doc:"The questions behind the change."`

	FrameworkRevision int `json:"framework_revision"`
}

// Moved is one question that an event moved.
type Moved struct {
	Question events.QuestionID `json:"question"`
	// Dependent says that not this question was answered: the answer to another, or an
	// attribute of the case, made it relevant or not.
	Dependent      bool `json:"dependent,omitempty" doc:"Moved by its relevance rule, not by an answer of its own."`
	AboveBefore    int  `json:"above_before"`
	RelevantBefore int  `json:"relevant_before"`
	AboveAfter     int  `json:"above_after"`
	RelevantAfter  int  `json:"relevant_after"`
}

// Points is an exact ratio in points with two decimals, halves away from zero.
func Points(r *big.Rat) string {
	return new(big.Rat).Mul(r, big.NewRat(100, 1)).FloatString(2)
}

// valueAt writes an exact value out, nil for none.
func valueAt(r *big.Rat) Value { return Value{Ratio(r), Percent(r)} }

// figureChanges writes changes out. What one leaves is mostly what the next finds,
// and is written once.
func figureChanges(asked []attributed) ([]FigureChange, error) {
	out := make([]FigureChange, len(asked))
	moved := 0
	for n := range asked {
		moved += len(asked[n].change.Movements)
	}
	memory := make([]Moved, 0, moved)
	var (
		last  *big.Rat
		value Value
	)
	for n := range asked {
		c, o := &asked[n].change, asked[n].outline
		f := &out[n]
		*f = FigureChange{
			Position: c.Position, EventID: o.ID, Type: o.Type, Cause: asked[n].cause, Actor: o.Actor,
			OccurredAt: o.OccurredAt, RecordedAt: o.RecordedAt, Case: o.Case, FrameworkRevision: c.Framework,
		}
		e, err := codec.Decode(o.Kind(), o.Data)
		if err != nil {
			return nil, err
		}
		f.describe(e)
		if c.Before != last {
			value = valueAt(c.Before)
		}
		f.Before = value
		if asked[n].after != nil {
			value = *asked[n].after
		} else {
			value = valueAt(c.After)
		}
		f.After, last = value, c.After
		from := len(memory)
		for _, m := range c.Movements {
			memory = append(memory, Moved{
				Question: m.Question, Dependent: o.Case != "" && m.Question != f.Question,
				AboveBefore: m.Before.Above, RelevantBefore: m.Before.Relevant,
				AboveAfter: m.After.Above, RelevantAfter: m.After.Relevant,
			})
		}
		f.Moved = memory[from:len(memory):len(memory)]
	}
	return out, nil
}

// describe says what the event was about.
func (f *FigureChange) describe(e events.Event) {
	switch e := e.(type) {
	case events.JudgementRecorded:
		f.Question, f.Answer = e.Question, e.Answer
	case events.JudgementRevised:
		f.Question, f.Answer = e.Question, e.Answer
	case events.JudgementWithdrawn:
		f.Question = e.Question
	case events.CaseDescribed:
		f.Attributes = slices.Sorted(maps.Keys(e.Attributes))
	case events.FrameworkPublished:
		f.Reason = e.Reason
	case events.FrameworkRestored:
		f.Reason = e.Reason
	}
}
