package query

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/projections/scores/rows"
	"github.com/aboveline/aboveline/services/api"
)

// Moment says as of when figures are asked for; the zero value is now. At most one
// field is set.
type Moment struct {
	// Position and At are what was known: what had been recorded up to a position,
	// itself included, or by a time.
	Position events.Position
	At       time.Time
	// AtOccurred is what was true by the clocks of those who were there, whenever it
	// was recorded. See scores.Occurred.
	AtOccurred time.Time
}

const occurredPrefix = "occurred:"

// ParseMoment reads a moment as people write it: "now", a position, a time in RFC
// 3339 (when it was recorded), or "occurred:" and such a time.
func ParseMoment(s string) (Moment, error) {
	if s == "now" {
		return Moment{}, nil
	}
	if n, err := strconv.ParseUint(s, 10, 63); err == nil && n > 0 {
		return Moment{Position: events.Position(n)}, nil
	}
	text, occurred := strings.CutPrefix(s, occurredPrefix)
	t, err := time.Parse(time.RFC3339, text)
	switch {
	case err != nil:
		return Moment{}, errors.New("a moment is now, a position such as 1200, a time such as " +
			"2013-07-01T09:00:00Z (when it was recorded), or occurred:2013-07-01T09:00:00Z (when it happened)")
	case occurred:
		return Moment{AtOccurred: t}, nil
	default:
		return Moment{At: t}, nil
	}
}

// reading is what is asked of one inspection.
type reading struct {
	moment Moment
	// framework is the revision to read under, 0 for the one in force at the moment.
	framework int
	// where is the CEL expression that chooses the cases, empty for all.
	where string
}

// read makes the tallies of an inspection. What was known under the framework of
// the time is read from the history; anything else is folded again, from the rows
// for now and from the ledger for any other moment.
func (q *Query) read(
	ctx context.Context, p events.Programme, i events.InspectionID, r reading,
) (s rows.Snapshot, err error) {
	at := r.moment.Position
	if !r.moment.At.IsZero() {
		if at, err = q.positionAt(ctx, p, r.moment.At); err != nil {
			return s, err
		}
	}
	now := at == 0 && r.moment.AtOccurred.IsZero()
	if r.where == "" && r.framework == 0 && r.moment.AtOccurred.IsZero() {
		s, err = q.scores.Tallies(ctx, p, i, at)
		if err == nil && !now && s.Position == at {
			err = q.opened(ctx, p, i, at)
		}
		return s, err
	}
	var fold *scores.Fold
	switch {
	case now:
		fold, s.Position, err = q.scores.Fold(ctx, p, i)
	case at != 0:
		fold, s.Position, err = q.refold(ctx, p, i, at, func(items iter.Seq2[scores.Item, error]) (*scores.Fold, error) {
			return scores.Known(q.scores.Parse, items)
		})
	default:
		fold, s.Position, err = q.refold(ctx, p, i, newest, func(items iter.Seq2[scores.Item, error]) (*scores.Fold, error) {
			return scores.Occurred(q.scores.Parse, items, r.moment.AtOccurred)
		})
	}
	if err == nil {
		s.Parked, err = q.scores.Parked(ctx, p, i)
	}
	if err == nil && r.framework != 0 {
		err = q.under(ctx, p, fold, r.framework)
	}
	if err != nil {
		return s, err
	}
	s.Whole = true
	s.Framework, s.Revision = fold.Framework()
	return s, count(fold, i, r.where, &s)
}

// count fills in the tallies of those cases for which the expression holds.
func count(fold *scores.Fold, i events.InspectionID, where string, s *rows.Snapshot) error {
	if s.Framework == nil || where == "" {
		s.Tallies, _ = fold.Tallies(i)
		return nil
	}
	holds, err := s.Framework.Where(where)
	if framework.IsProblems(err) {
		return api.Errorf(api.Invalid, "%s", err.Error()).At("query.where", "bad_expression", err.Error())
	}
	if err != nil {
		return err
	}
	s.Tallies, _ = fold.TalliesWhere(i, holds)
	return nil
}

// newest is beyond every position.
const newest = events.Position(1<<63 - 1)

// refold folds an inspection from the ledger, up to a position. The one returned is
// the last that there was to read.
func (q *Query) refold(
	ctx context.Context, p events.Programme, i events.InspectionID, until events.Position,
	fold func(iter.Seq2[scores.Item, error]) (*scores.Fold, error),
) (*scores.Fold, events.Position, error) {
	head, err := q.ledger.Head(ctx, p)
	if err != nil {
		return nil, 0, err
	}
	until = min(until, head.Position)
	if err := q.opened(ctx, p, i, until); err != nil {
		return nil, 0, err
	}
	streams := []events.Stream{events.FrameworkStream(), events.InspectionStream(i), events.CaseFiles(i)}
	f, err := fold(func(yield func(scores.Item, error) bool) {
		for r, err := range q.ledger.ReadStreams(ctx, p, streams, until) {
			var one scores.Item
			if err == nil {
				one.Recorded = r
				one.Event, err = codec.Decode(r.Kind(), r.Data)
			}
			if !yield(one, err) || err != nil {
				return
			}
		}
	})
	if errors.Is(err, scores.ErrNothingOccurred) {
		return nil, 0, api.Errorf(api.NotFound, "nothing of this inspection had occurred by then")
	}
	return f, until, err
}

// opened refuses a position at which the inspection had not been opened.
func (q *Query) opened(ctx context.Context, p events.Programme, i events.InspectionID, at events.Position) error {
	for r, err := range q.ledger.ReadStream(ctx, p, events.InspectionStream(i)) {
		if err != nil {
			return err
		}
		if r.Position <= at {
			return nil
		}
		return api.Errorf(api.NotFound, "the inspection had not been opened at position %d; it was at position %d, on %s",
			at, r.Position, r.RecordedAt.Format(time.RFC3339))
	}
	return rows.ErrNotFound
}

// positionAt is the last position that was recorded by a time.
func (q *Query) positionAt(ctx context.Context, p events.Programme, by time.Time) (events.Position, error) {
	at, err := q.ledger.PositionAt(ctx, p, by)
	if err != nil || at != 0 {
		return at, err
	}
	first, ok, err := q.ledger.At(ctx, p, 1)
	if err != nil {
		return 0, err
	}
	detail := "nothing was recorded in this programme by then"
	if ok {
		detail += "; its first event was on " + first.RecordedAt.Format(time.RFC3339Nano)
	}
	return 0, api.Errorf(api.NotFound, "%s", detail)
}

// under puts a published revision of the framework in force.
func (q *Query) under(ctx context.Context, p events.Programme, fold *scores.Fold, revision int) error {
	if _, now := fold.Framework(); now == revision {
		return nil
	}
	last := 0
	for r, err := range q.ledger.ReadStream(ctx, p, events.FrameworkStream()) {
		if err != nil {
			return err
		}
		if r.Type != events.TypeFrameworkPublished {
			continue
		}
		e, err := codec.Decode(r.Kind(), r.Data)
		if err != nil {
			return err
		}
		f, ok := e.(events.FrameworkPublished)
		if !ok {
			return fmt.Errorf("query: event %s is no framework", r.ID)
		}
		if f.Revision == revision {
			return fold.Under(scores.FrameworkRow{Revision: revision, Position: r.Position, Source: f.Source})
		}
		last = max(last, f.Revision)
	}
	return api.Errorf(api.NotFound, "the programme has no framework revision %d; the newest is %d", revision, last)
}
