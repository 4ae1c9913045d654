package recorder

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/events/vault"
	"github.com/aboveline/aboveline/services/policy"
)

const (
	// maxEntries is where a lane stops gathering: entries of one transaction. A
	// single larger submission is still recorded in one.
	maxEntries = 2000
	// maxAnswers bounds the answers of the policies that a lane keeps.
	maxAnswers = 4096
	// maxConflicts is how often a lane tries again when another recorder was
	// quicker than the head lock should allow.
	maxConflicts = 3
)

// lane records the deliveries of one programme, one transaction after the other.
type lane struct {
	recorder  *Recorder
	programme events.Programme
	queue     *queue
	memory    *memory
	uncertain map[events.EventID]bool
	// allowed are answers of the policies; "" stands for yes. They depend on nothing
	// but the request.
	allowed map[policy.Request]string
}

func newLane(r *Recorder, p events.Programme) *lane {
	return &lane{
		recorder: r, programme: p, queue: newQueue(),
		memory: newMemory(), uncertain: map[events.EventID]bool{}, allowed: map[policy.Request]string{},
	}
}

// run records until the context ends. Work that is still waiting then is
// answered with the context's error, and delivered again by the stream.
func (l *lane) run(ctx context.Context) {
	for {
		select {
		case <-l.queue.filled:
		case <-ctx.Done():
			return
		}
		// While one commit is under way, the next one fills.
		for ws := l.queue.take(maxEntries); len(ws) > 0; ws = l.queue.take(maxEntries) {
			l.record(ctx, ws)
		}
	}
}

// record tries until the deliveries are recorded. While the database is away it
// waits, which keeps their order and pushes back to the stream. A failure that
// trying again cannot cure is narrowed down to the delivery that causes it.
func (l *lane) record(ctx context.Context, ws []*work) {
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.MaxInterval = 50*time.Millisecond, 2*time.Second
	for conflicts := 0; ; {
		err := l.try(ctx, ws)
		switch {
		case err == nil:
			finish(ws, nil)
			return
		case ctx.Err() != nil:
			finish(ws, ctx.Err())
			return
		case ledger.IsAmbiguous(err):
			for _, w := range ws {
				for n := range w.items {
					if it := &w.items[n]; it.verdict.status == entry.StatusRecorded { // and not a resend
						l.uncertain[it.entry.ID] = true
					}
				}
			}
		case ledger.IsConflict(err) && conflicts < maxConflicts:
			conflicts++
		case ledger.IsUnavailable(err):
		case len(ws) > 1:
			for _, w := range ws {
				l.record(ctx, []*work{w})
			}
			return
		default:
			finish(ws, err)
			return
		}
		l.recorder.metrics.retries.Inc()
		pause := wait.NextBackOff()
		l.recorder.log.WarnContext(ctx, "recording waits", slog.String("programme", string(l.programme)),
			slog.Duration("for", pause), slog.Any("error", err))
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			finish(ws, ctx.Err())
			return
		}
	}
}

func finish(ws []*work, err error) {
	for _, w := range ws {
		w.done <- err
	}
}

// try decides and appends in one transaction. After an error nothing of it can
// be relied on, so the memory is dropped.
func (l *lane) try(ctx context.Context, ws []*work) error {
	b, prefixes, ids, err := l.prepare(ctx, ws)
	if err != nil || b == nil {
		return err
	}
	began := time.Now()
	err = l.recorder.ledger.Update(ctx, l.programme, ids, func(ctx context.Context, tx *ledger.Tx) error {
		b.ctx, b.tx = ctx, tx
		if err := l.memory.sync(ctx, tx); err != nil {
			return err
		}
		if err := l.memory.load(ctx, tx, prefixes); err != nil {
			return err
		}
		for _, w := range ws {
			b.submission(w)
		}
		if b.err != nil || len(b.drafts) == 0 {
			return b.err
		}
		recorded, err := tx.Append(ctx, b.drafts)
		if err != nil {
			return err
		}
		for n, r := range recorded {
			b.made[n].Position, b.made[n].RecordedAt = r.Position, r.RecordedAt
		}
		return nil
	})
	if err != nil {
		l.memory.forget()
		return fmt.Errorf("recorder: programme %s: %w", l.programme, err)
	}
	l.settle(ctx, b, ws, time.Since(began))
	return nil
}

// prepare gathers what the transaction needs to know beforehand. A nil batch
// means that everything has its verdict without one.
func (l *lane) prepare(ctx context.Context, ws []*work) (*batch, []events.Stream, []events.EventID, error) {
	var (
		prefixes []events.Stream
		ids      []events.EventID
		persons  []vault.Person
		opens    bool
	)
	seen, met := map[events.Stream]bool{"": true}, map[vault.Person]bool{"": true}
	for _, w := range ws {
		for n := range w.items {
			it := &w.items[n]
			if it.malformed {
				continue
			}
			it.verdict = verdict{}
			ids = append(ids, it.entry.ID)
			opens = opens || it.entry.Kind == entry.KindProgramme
			if p := it.prefix(); !seen[p] {
				seen[p], prefixes = true, append(prefixes, p)
			}
			if !met[it.person] {
				met[it.person], persons = true, append(persons, it.person)
			}
		}
	}
	if len(ids) == 0 {
		return nil, nil, nil, nil
	}
	if l.memory.position == 0 && !opens {
		head, err := l.recorder.ledger.Head(ctx, l.programme)
		if err != nil {
			return nil, nil, nil, err
		}
		if head.Position == 0 {
			l.refuseAll(ws)
			return nil, nil, nil, nil
		}
	}
	keys, err := l.recorder.vault.Keys(ctx, l.programme, persons)
	if err != nil && !vault.IsErased(err) { // entries about erased persons are refused one by one
		return nil, nil, nil, err
	}
	if len(l.allowed) > maxAnswers {
		clear(l.allowed)
	}
	return &batch{
		programme: l.programme, memory: l.memory, keys: keys, policy: l.recorder.policy,
		now: l.recorder.now(), uncertain: l.uncertain,
		ids: map[events.EventID]*item{}, allowed: l.allowed,
	}, prefixes, ids, nil
}

// refuseAll answers for a programme that does not exist, without making a log
// for it.
func (l *lane) refuseAll(ws []*work) {
	for _, w := range ws {
		for n := range w.items {
			if it := &w.items[n]; !it.malformed {
				it.verdict = rejected("unknown_programme", "programme",
					"programme %q is not open; open it first", l.programme)
			}
		}
	}
}

// settle brings the memory to the new head, counts, and rings the alarm clock.
func (l *lane) settle(ctx context.Context, b *batch, ws []*work, took time.Duration) {
	clear(l.uncertain)
	for n, m := range b.made {
		l.memory.position = m.Position
		if b.drafts[n].Type.Control() {
			l.memory.seen = m.Position
		}
	}
	l.memory.trim()
	l.recorder.metrics.observe(ws, len(b.drafts), took)
	if len(b.made) > 0 {
		l.recorder.ring(ctx, l.programme, l.memory.position)
	}
}
