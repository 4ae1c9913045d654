package recorder_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/goleak"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/events/postgres/postgrestest"
	"github.com/aboveline/aboveline/events/vault"
	"github.com/aboveline/aboveline/services/courier"
	"github.com/aboveline/aboveline/services/delivery"
	"github.com/aboveline/aboveline/services/local"
	"github.com/aboveline/aboveline/services/policy"
	"github.com/aboveline/aboveline/services/recorder"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(postgrestest.M{M: m}) }

var database = postgrestest.Template("ledger", ledger.Migrate)

const (
	programme = events.Programme("round")
	hampshire = events.InspectionID("hampshire")
	dorset    = events.InspectionID("dorset")
	lead      = events.Actor("lena")
	inspector = events.Actor("ines")
	second    = events.Actor("sam")
	stranger  = events.Actor("stan")
)

// bench is a recorder with a database and a NATS server of its own.
type bench struct {
	t        *testing.T
	pool     *pgxpool.Pool
	ledger   *ledger.Ledger
	vault    *vault.Vault
	js       jetstream.JetStream
	nc       *nats.Conn
	recorder *recorder.Recorder
	now      atomic.Pointer[time.Time]
	order    atomic.Uint64
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, pool: database.New(t)}
	log := slog.New(slog.DiscardHandler)
	n, err := local.StartNATS(t.Context(), local.NATSConfig{Dir: t.TempDir(), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Second)
		defer cancel()
		if err := n.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	if b.nc, err = n.Connect(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.nc.Close)
	if b.js, err = jetstream.New(b.nc); err != nil {
		t.Fatal(err)
	}
	if err := courier.EnsureStreams(t.Context(), b.js, 1); err != nil {
		t.Fatal(err)
	}
	key, err := vault.CreateMasterKey(filepath.Join(t.TempDir(), "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	b.ledger, b.vault = ledger.New(b.pool), vault.New(b.pool, key)
	if err := b.vault.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.recorder = b.another()
	return b
}

// another is a further recorder on the same database and streams.
func (b *bench) another() *recorder.Recorder {
	b.t.Helper()
	policies, err := policy.Embedded()
	if err != nil {
		b.t.Fatal(err)
	}
	r, err := recorder.New(recorder.Config{
		Ledger: b.ledger, Vault: b.vault, Policy: policies, JetStream: b.js, NATS: b.nc,
		Now: func() time.Time {
			if now := b.now.Load(); now != nil {
				return *now
			}
			return time.Now()
		},
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() {
		if err := r.Close(); err != nil {
			b.t.Error(err)
		}
	})
	return r
}

// sender is who submits, and how.
type sender struct {
	actor   events.Actor
	role    events.Role
	scope   events.InspectionID
	atomic  bool
	control bool
	to      events.InspectionID
}

func as(a events.Actor, r events.Role) sender { return sender{actor: a, role: r, to: hampshire} }

// message makes the delivery of a submission.
func (b *bench) message(s sender, raw ...jsontext.Value) (*message.Message, string) {
	b.t.Helper()
	sub := entry.Submission{ID: uuid.New(), Atomic: s.atomic, Entries: raw}
	body, err := sub.Encode()
	if err != nil {
		b.t.Fatal(err)
	}
	d := delivery.Delivery{
		ID: uuid.New(), Door: "test", Programme: programme, Inspection: s.to, Actor: s.actor, Role: s.role,
		Scope: s.scope, Control: s.control, ReceivedAt: time.Now(), Submission: body,
	}
	payload, err := d.Encode()
	if err != nil {
		b.t.Fatal(err)
	}
	m := message.NewMessage(d.ID.String(), payload)
	m.SetContext(b.t.Context())
	return m, d.ReceiptSubject(sub.ID)
}

// raw submits entries as bytes and returns their receipts.
func (b *bench) raw(r *recorder.Recorder, order uint64, s sender, raw ...jsontext.Value) []entry.Receipt {
	b.t.Helper()
	m, subject := b.message(s, raw...)
	m.Metadata.Set(courier.MetaOrder, strconv.FormatUint(order, 10))
	if err := r.Handle(m); err != nil {
		b.t.Fatalf("Handle: %v", err)
	}
	stream, err := b.js.Stream(b.t.Context(), courier.StreamReceipts)
	if err != nil {
		b.t.Fatal(err)
	}
	got, err := stream.GetLastMsgForSubject(b.t.Context(), subject)
	if err != nil {
		b.t.Fatal(err)
	}
	out, err := delivery.DecodeReceipts(got.Data)
	if err != nil {
		b.t.Fatal(err)
	}
	return out.Receipts
}

// submit submits entries in order.
func (b *bench) submit(s sender, all ...entry.Entry) []entry.Receipt {
	b.t.Helper()
	return b.raw(b.recorder, b.order.Add(1), s, encode(b.t, all...)...)
}

// one submits one entry.
func (b *bench) one(s sender, e entry.Entry) entry.Receipt {
	b.t.Helper()
	return b.submit(s, e)[0]
}

// must submits one entry that is recorded.
func (b *bench) must(s sender, e entry.Entry) entry.Receipt {
	b.t.Helper()
	r := b.one(s, e)
	if r.Status != entry.StatusRecorded {
		b.t.Fatalf("%s: %+v", e.Kind, r)
	}
	return r
}

func encode(t *testing.T, all ...entry.Entry) []jsontext.Value {
	t.Helper()
	out := make([]jsontext.Value, len(all))
	for n, e := range all {
		raw, err := e.Encode()
		if err != nil {
			t.Fatal(err)
		}
		out[n] = raw
	}
	return out
}

// make an entry with the shared fields filled in.
func of(i events.InspectionID, body entry.Body) entry.Entry {
	e := entry.Entry{
		ID: uuid.New(), Kind: body.Kind(), Programme: programme, Inspection: i,
		OccurredAt: time.Date(2013, 6, 3, 14, 30, 0, 0, time.UTC), Body: body,
	}
	return e
}

func expecting(r events.Revision, e entry.Entry) entry.Entry {
	e.ExpectedRevision = &r
	return e
}

func because(reason string, e entry.Entry) entry.Entry {
	e.Reason = reason
	return e
}

func judge(c events.CaseID, q events.QuestionID, a events.Answer) entry.Entry {
	return of(hampshire, entry.Judgement{Case: c, Question: q, Answer: a})
}

var reference = sync.OnceValue(func() string {
	_, file, _, _ := runtime.Caller(0)
	b, err := os.ReadFile(filepath.Join(filepath.Dir(file), "../../deploy/examples/hampshire-2013/framework.yaml"))
	if err != nil {
		panic(err)
	}
	return string(b)
})

// opened is a bench with a programme, the reference framework, two inspections,
// and in Hampshire a team with two inspectors and one case with a short report.
func opened(t *testing.T) *bench {
	t.Helper()
	b := newBench(t)
	admin := sender{actor: "admin", role: events.RoleAdministrator, control: true}
	b.must(admin, of("", entry.Programme{Name: "Round one"}))
	b.must(admin, of("", entry.Framework{Source: reference()}))
	leader := sender{actor: lead, role: events.RoleLead, control: true, to: hampshire}
	b.must(leader, of(hampshire, entry.InspectionOpening{Name: "Hampshire"}))
	leader.to = dorset
	b.must(leader, of(dorset, entry.InspectionOpening{Name: "Dorset"}))
	leader.to = hampshire
	for _, m := range []events.Actor{inspector, second} {
		b.must(leader, of(hampshire, entry.TeamMember{Member: m, Role: events.RoleInspector, Team: "blue"}))
	}
	short := "short"
	b.must(as(inspector, events.RoleInspector), of(hampshire, entry.Case{
		Case: "C001", Attributes: map[string]*string{"report": &short},
	}))
	return b
}
