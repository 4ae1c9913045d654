package intake

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/services/api"
	"github.com/aboveline/aboveline/services/courier"
	"github.com/aboveline/aboveline/services/delivery"
	"github.com/aboveline/aboveline/services/identity"
)

// DefaultWait is how long a door waits for receipts before it answers that the
// submission is stored and will be recorded.
const DefaultWait = 10 * time.Second

// Directory knows which programme an inspection belongs to.
type Directory interface {
	// ProgrammeOf returns false for an inspection that no programme has opened.
	ProgrammeOf(ctx context.Context, i events.InspectionID) (events.Programme, bool, error)
}

// Config is what intake needs; Wait and Log have defaults.
type Config struct {
	// Publisher takes deliveries; intake does not close it.
	Publisher message.Publisher
	// NATS carries receipts back and is the NATS door; JetStream holds RECEIPTS.
	NATS      *nats.Conn
	JetStream jetstream.JetStream
	Verifier  *identity.Verifier
	Directory Directory
	Wait      time.Duration
	Log       *slog.Logger
}

func (c Config) validate() error {
	if c.Publisher == nil || c.NATS == nil || c.JetStream == nil || c.Verifier == nil || c.Directory == nil {
		return errors.New("intake: config needs Publisher, NATS, JetStream, Verifier and Directory")
	}
	return nil
}

// Intake is the path behind both doors. It is safe for concurrent use.
type Intake struct {
	publisher message.Publisher
	nc        *nats.Conn
	js        jetstream.JetStream
	verifier  *identity.Verifier
	directory *directory
	wait      time.Duration
	log       *slog.Logger
	door      string
	waiters   *waiters
}

// New opens no door yet; see [Intake.Routes] and [Intake.ServeNATS].
func New(c Config) (*Intake, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	in := &Intake{
		publisher: c.Publisher, nc: c.NATS, js: c.JetStream, verifier: c.Verifier,
		directory: newDirectory(c.Directory), wait: cmp.Or(c.Wait, DefaultWait),
		log: cmp.Or(c.Log, slog.New(slog.DiscardHandler)), door: uuid.NewString(),
	}
	var err error
	if in.waiters, err = newWaiters(c.NATS, in.door); err != nil {
		return nil, fmt.Errorf("intake: %w", err)
	}
	return in, nil
}

// Close stops listening for receipts.
func (in *Intake) Close() error { return in.waiters.close() }

// place is what the address of a door names.
type place struct {
	programme  events.Programme
	inspection events.InspectionID
	control    bool
}

// submit stores the submission in the stream and waits for its receipts. Nil
// receipts without an error mean that it is stored and not recorded yet.
func (in *Intake) submit(
	ctx context.Context, who identity.Identity, at place, raw []byte,
) (*delivery.Receipts, error) {
	d := delivery.Delivery{
		ID: uuid.New(), Door: in.door, Programme: at.programme, Inspection: at.inspection,
		Actor: who.Subject, Role: who.Role, Scope: who.Inspection, Control: at.control,
		ReceivedAt: time.Now().UTC(), Submission: raw,
	}
	payload, err := d.Encode()
	if err != nil {
		return nil, err
	}
	receipts := in.waiters.wait(d.ID)
	defer in.waiters.forget(d.ID)
	msg := courier.To(message.NewMessage(d.ID.String(), payload), d.Subject())
	msg.SetContext(ctx)
	if err := in.publisher.Publish(courier.TopicSubmissions, msg); err != nil {
		in.log.ErrorContext(ctx, "submission not stored", slog.Any("error", err))
		return nil, api.Errorf(api.Unavailable, "the submission could not be stored; keep it and send it again")
	}
	timer := time.NewTimer(in.wait)
	defer timer.Stop()
	select {
	case r := <-receipts:
		return &r, nil
	case <-timer.C:
		return nil, nil
	case <-ctx.Done():
		return nil, nil
	}
}

// parse checks the envelope of a submission; its entries are the recorder's.
func parse(raw []byte) (entry.Submission, error) {
	s, err := entry.DecodeSubmission(raw)
	if err == nil {
		return s, nil
	}
	if f, ok := entry.AsFieldError(err); ok {
		return s, api.Errorf(api.Invalid, "the submission is not well formed: %s", f.Message).
			At(f.Field, f.Code, f.Message)
	}
	return s, api.Errorf(api.BadRequest, "the submission is not well formed")
}

// receipts looks up what became of a submission that its sender stopped waiting
// for: the newest answer, and who sent it.
func (in *Intake) receipts(ctx context.Context, submission uuid.UUID) (*delivery.Receipts, error) {
	stream, err := in.js.Stream(ctx, courier.StreamReceipts)
	if err != nil {
		return nil, fmt.Errorf("intake: receipts: %w", err)
	}
	m, err := stream.GetLastMsgForSubject(ctx, delivery.SubmissionSubjects(submission))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("intake: receipts: %w", err)
	}
	r, err := delivery.DecodeReceipts(m.Data)
	return &r, err
}
