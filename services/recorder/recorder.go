package recorder

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/events/vault"
	"github.com/aboveline/aboveline/services/courier"
	"github.com/aboveline/aboveline/services/delivery"
	"github.com/aboveline/aboveline/services/policy"
)

// Config is what a recorder needs. All but Log, Registerer and Now are required.
type Config struct {
	Ledger *ledger.Ledger
	Vault  *vault.Vault
	Policy *policy.Set
	// JetStream takes the receipts; NATS rings the alarm clock. The recorder
	// closes neither.
	JetStream jetstream.JetStream
	NATS      *nats.Conn
	Log       *slog.Logger
	// Registerer takes the metrics; a fresh registry if nil.
	Registerer prometheus.Registerer
	// Now is the clock that tells entries from the future; time.Now if nil.
	Now func() time.Time
}

func (c Config) validate() error {
	switch {
	case c.Ledger == nil, c.Vault == nil, c.Policy == nil, c.JetStream == nil, c.NATS == nil:
		return errors.New("recorder: config needs Ledger, Vault, Policy, JetStream and NATS")
	}
	return nil
}

// Recorder handles deliveries. It is safe for concurrent use.
type Recorder struct {
	ledger  *ledger.Ledger
	vault   *vault.Vault
	policy  *policy.Set
	js      jetstream.JetStream
	nc      *nats.Conn
	log     *slog.Logger
	metrics *meters
	now     func() time.Time
	gate    *gate

	started  time.Time
	receipts atomic.Pointer[jetstream.Stream] // RECEIPTS, once it was needed

	ctx  context.Context // ends the lanes
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu    sync.Mutex
	lanes map[events.Programme]*lane
}

// New makes a recorder. Close it when its router has stopped.
func New(c Config) (*Recorder, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	reg := c.Registerer
	if reg == nil {
		reg = prometheus.NewRegistry()
	}
	m, err := newMeters(reg)
	if err != nil {
		return nil, fmt.Errorf("recorder: metrics: %w", err)
	}
	r := &Recorder{
		ledger: c.Ledger, vault: c.Vault, policy: c.Policy, js: c.JetStream, nc: c.NATS,
		log: cmp.Or(c.Log, slog.New(slog.DiscardHandler)), metrics: m, now: c.Now,
		gate: newGate(), started: time.Now(), lanes: map[events.Programme]*lane{},
	}
	if r.now == nil {
		r.now = time.Now
	}
	r.ctx, r.stop = context.WithCancel(context.Background())
	return r, nil
}

// Close stops the lanes and waits for them. What they had not recorded yet stays
// in the stream.
func (r *Recorder) Close() error {
	r.stop()
	r.wg.Wait()
	return nil
}

// Handle records one delivery and publishes its receipts. It returns nil, and
// the message may be acknowledged, only when both are done. IsPermanent tells
// errors that trying again cannot cure.
func (r *Recorder) Handle(msg *message.Message) error {
	ctx := msg.Context()
	w, err := read(msg)
	number := courier.Order(msg)
	if err != nil {
		r.gate.leave(number)
		return err
	}
	if r.comesAgain(msg) {
		done, err := r.answered(ctx, w)
		if done || err != nil {
			r.gate.leave(number)
			return err
		}
	}
	if err := r.record(ctx, w, number); err != nil {
		return err
	}
	r.metrics.wait.Observe(time.Since(w.delivery.ReceivedAt).Seconds())
	return r.publish(ctx, w)
}

// Record records one delivery and returns its receipts without publishing them:
// the part of [Recorder.Handle] that needs no stream. Deliveries that are recorded
// at once share a transaction; their order is that in which they arrive.
func (r *Recorder) Record(ctx context.Context, d delivery.Delivery) ([]entry.Receipt, error) {
	w, err := workOf(d)
	if err != nil {
		return nil, err
	}
	if err := r.record(ctx, w, 0); err != nil {
		return nil, err
	}
	return w.receipts(), nil
}

// record waits until the work has its verdicts and they are committed.
func (r *Recorder) record(ctx context.Context, w *work, number uint64) error {
	if err := r.enqueue(ctx, w, number); err != nil {
		return err
	}
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done(): // given back to the stream; if the lane still records it, it will be a duplicate
		return ctx.Err()
	case <-r.ctx.Done():
		return r.ctx.Err()
	}
}

func read(msg *message.Message) (*work, error) {
	d, err := delivery.Decode(msg.Payload)
	if err != nil {
		return nil, err
	}
	return workOf(d)
}

func workOf(d delivery.Delivery) (*work, error) {
	s, err := entry.DecodeSubmission(d.Submission)
	if err != nil {
		return nil, fmt.Errorf("%w: submission: %w", delivery.ErrMalformed, err)
	}
	return newWork(d, s), nil
}

// IsPermanent reports whether handling the delivery again cannot help; such a
// message belongs in the parked queue.
func IsPermanent(err error) bool {
	return delivery.IsMalformed(err)
}

// enqueue hands the work to its lane in the order of the stream.
func (r *Recorder) enqueue(ctx context.Context, w *work, number uint64) error {
	defer r.gate.leave(number)
	if err := r.gate.enter(ctx, number); err != nil {
		return err
	}
	r.lane(w.delivery.Programme).queue.put(w)
	return nil
}

// lane is the programme's lane, started at its first delivery.
func (r *Recorder) lane(p events.Programme) *lane {
	r.mu.Lock()
	defer r.mu.Unlock()
	l, ok := r.lanes[p]
	if !ok {
		l = newLane(r, p)
		r.lanes[p] = l
		r.wg.Go(func() { l.run(r.ctx) })
	}
	return l
}

// receipts are the answers to the entries of a submission that has its verdicts.
func (w *work) receipts() []entry.Receipt {
	all := make([]entry.Receipt, len(w.items))
	for n := range w.items {
		all[n] = w.items[n].verdict.receipt(w.items[n].entry.ID)
	}
	return all
}

// publish stores the receipts on RECEIPTS, where the door that waits sees them
// at once.
func (r *Recorder) publish(ctx context.Context, w *work) error {
	out := delivery.Receipts{
		Submission: w.submission.ID, Actor: w.delivery.Actor, Receipts: w.receipts(),
	}
	payload, err := bounded(out, int(r.nc.MaxPayload()))
	if err != nil {
		return err
	}
	future, err := r.js.PublishAsync(w.delivery.ReceiptSubject(w.submission.ID), payload)
	if err != nil {
		return fmt.Errorf("recorder: publish receipts: %w", err)
	}
	select {
	case <-future.Ok():
		return nil
	case err := <-future.Err():
		return fmt.Errorf("recorder: publish receipts: %w", err)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ring tells whoever follows the programme that there is something to read. A
// lost message costs latency, never an event: readers also look by themselves.
func (r *Recorder) ring(ctx context.Context, p events.Programme, head events.Position) {
	err := r.nc.Publish(AppendedSubject(p), strconv.AppendUint(nil, uint64(head), 10))
	if err != nil {
		r.log.WarnContext(ctx, "nobody was woken", slog.String("programme", string(p)), slog.Any("error", err))
	}
}

// AppendedSubject is the core NATS subject on which the new head position
// (decimal) is published after each append.
func AppendedSubject(p events.Programme) string {
	return "ledger." + courier.Token(string(p)) + ".appended"
}

// AppendedSubjects matches the alarm clocks of all programmes.
const AppendedSubjects = "ledger.*.appended"
