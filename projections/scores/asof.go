package scores

import (
	"cmp"
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/aboveline/aboveline/events"
)

// ErrNothingOccurred says that nothing about the inspection had occurred by a time.
var ErrNothingOccurred = errors.New("nothing about the inspection had occurred by then")

// Item is an event of the ledger with its decoded data.
type Item struct {
	Recorded events.Recorded
	Event    events.Event
}

// Known folds what had been recorded: items are the events of one inspection and
// of the programme's framework up to some position, in the order of positions. parse
// may be nil. An event that cannot be applied parks its stream: it and those after it
// are left out.
func Known(parse Parser, items iter.Seq2[Item, error]) (*Fold, error) {
	f := NewWith(parse)
	parked := map[events.Stream]bool{}
	for one, err := range items {
		if err != nil {
			return nil, err
		}
		if parked[one.Recorded.Stream] {
			continue
		}
		switch err := f.Apply(&one.Recorded, one.Event); {
		case IsInapplicable(err):
			parked[one.Recorded.Stream] = true
		case err != nil:
			return nil, err
		}
	}
	return f, nil
}

// Occurred folds what was true at a time by the clocks of those who were there,
// whenever it came in. items are as for [Known], up to the newest position.
//
//   - Of each stream of judgements, the event counts that has the greatest
//     (occurred at, revision) among those that had occurred by then.
//   - The attributes of a case are merged in the order of (occurred at, revision).
//     A case that was judged and not yet described has none.
//   - The framework in force is the one that was published or restored last, in that
//     same order, by the clock of its editor. Findings can be older than the first
//     framework of their programme: where none had been published, it is the first.
//
// The error is [ErrNothingOccurred] where no case had been described or judged.
func Occurred(parse Parser, items iter.Seq2[Item, error], by time.Time) (*Fold, error) {
	o := occurred{parse: parse, by: by, judgements: map[events.Stream]Item{}}
	for one, err := range items {
		if err != nil {
			return nil, err
		}
		o.see(one)
	}
	return o.fold()
}

// occurred is what had occurred by a time.
type occurred struct {
	parse      Parser
	by         time.Time
	opened     []Item // at most one
	frameworks []Item // all
	cases      []Item
	judgements map[events.Stream]Item
}

func (o *occurred) see(one Item) {
	switch one.Event.(type) {
	case events.FrameworkPublished, events.FrameworkRestored:
		o.frameworks = append(o.frameworks, one)
		return
	case events.InspectionOpened:
		o.opened = []Item{one}
		return
	}
	if one.Recorded.OccurredAt.After(o.by) {
		return
	}
	switch one.Event.(type) {
	case events.CaseDescribed:
		o.cases = append(o.cases, one)
	case events.JudgementRecorded, events.JudgementRevised, events.JudgementWithdrawn:
		s := one.Recorded.Stream
		if last, ok := o.judgements[s]; !ok || byOccurrence(last, one) < 0 {
			o.judgements[s] = one
		}
	}
}

// byOccurrence orders the events of one stream.
func byOccurrence(a, b Item) int {
	return cmp.Or(a.Recorded.OccurredAt.Compare(b.Recorded.OccurredAt), cmp.Compare(a.Recorded.Revision, b.Recorded.Revision))
}

func byPosition(a, b Item) int { return cmp.Compare(a.Recorded.Position, b.Recorded.Position) }

func (o *occurred) fold() (*Fold, error) {
	if len(o.cases) == 0 && len(o.judgements) == 0 {
		return nil, ErrNothingOccurred
	}
	// A judgement was accepted under the framework that was in force when it was
	// recorded, so those two go by position.
	rest := slices.Clone(o.frameworks)
	for _, one := range o.judgements {
		rest = append(rest, one)
	}
	slices.SortFunc(rest, byPosition)
	slices.SortStableFunc(o.cases, byOccurrence)

	f := NewWith(o.parse)
	for _, one := range slices.Concat(o.opened, o.cases, o.undescribed(), rest) {
		// Of an answer to a question that had gone, only the withdrawal may be left; that
		// cannot be applied, and need not.
		if err := f.Apply(&one.Recorded, one.Event); err != nil && !IsInapplicable(err) {
			return nil, err
		}
	}
	then, ok := o.inForce()
	if _, now := f.Framework(); !ok || now == then {
		return f, nil
	}
	last := o.frameworks[len(o.frameworks)-1].Recorded
	return f, f.Apply(&last, events.FrameworkRestored{Revision: then})
}

// undescribed brings in the cases that were judged and not described.
func (o *occurred) undescribed() []Item {
	known := map[events.CaseID]bool{}
	for _, one := range o.cases {
		known[one.Recorded.Case] = true
	}
	var blank []Item
	for _, one := range o.judgements {
		if c := one.Recorded.Case; !known[c] {
			known[c] = true
			r := one.Recorded
			r.Revision, r.Position = 0, 0
			blank = append(blank, Item{r, events.CaseDescribed{}})
		}
	}
	return blank
}

// inForce is the revision of the framework that was in force; false where there
// are none.
func (o *occurred) inForce() (revision int, ok bool) {
	if len(o.frameworks) == 0 {
		return 0, false
	}
	then, published := o.frameworks[0], false
	for _, one := range o.frameworks {
		if !one.Recorded.OccurredAt.After(o.by) && (!published || byOccurrence(then, one) < 0) {
			then, published = one, true
		}
	}
	switch e := then.Event.(type) {
	case events.FrameworkPublished:
		return e.Revision, true
	case events.FrameworkRestored:
		return e.Revision, true
	default:
		return 0, false
	}
}

// Under puts another framework of the programme in force, as publishing or
// restoring it would now; none is to be recorded for it.
func (f *Fold) Under(row FrameworkRow) error {
	if _, now := f.Framework(); now == row.Revision {
		return nil
	}
	return f.Apply(&events.Recorded{Type: events.TypeFrameworkPublished, Position: row.Position},
		events.FrameworkPublished{Revision: row.Revision, Source: row.Source})
}
