package intake_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/goleak"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/services/api"
	"github.com/aboveline/aboveline/services/courier"
	"github.com/aboveline/aboveline/services/delivery"
	"github.com/aboveline/aboveline/services/identity"
	"github.com/aboveline/aboveline/services/intake"
	"github.com/aboveline/aboveline/services/local"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// directory is a database that knows one inspection, or is away.
type directory struct{ away bool }

func (d *directory) ProgrammeOf(_ context.Context, i events.InspectionID) (events.Programme, bool, error) {
	if d.away {
		return "", false, errors.New("away")
	}
	return "round", i == "hampshire", nil
}

// doors are both doors on a real NATS server, with the test as the recorder.
type doors struct {
	t         *testing.T
	nats      *local.NATS
	nc        *nats.Conn
	js        jetstream.JetStream
	issuer    *identity.Issuer
	directory *directory
	url       string
}

func open(t *testing.T, wait time.Duration) *doors {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	d := &doors{t: t, directory: &directory{}}
	var err error
	check := func() {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	d.nats, err = local.StartNATS(t.Context(), local.NATSConfig{Dir: t.TempDir(), Listen: "127.0.0.1:0", Log: log})
	check()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Second)
		defer cancel()
		if err := d.nats.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	d.nc, err = d.nats.Connect(t.Context(), "test")
	check()
	t.Cleanup(d.nc.Close)
	d.js, err = jetstream.New(d.nc)
	check()
	err = courier.EnsureStreams(t.Context(), d.js, 1)
	check()
	d.issuer, err = identity.OpenIssuer(t.TempDir())
	check()
	verifier, err := d.issuer.Verifier()
	check()
	publisher, err := courier.NewPublisher(d.nc, courier.PublisherConfig{})
	check()
	t.Cleanup(func() { _ = publisher.Close() })
	in, err := intake.New(intake.Config{
		Publisher: publisher, NATS: d.nc, JetStream: d.js, Verifier: verifier, Directory: d.directory,
		Wait: wait, Log: log,
	})
	check()
	t.Cleanup(func() { _ = in.Close() })
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	served := make(chan error, 1)
	go func() { served <- in.ServeNATS(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	mux := http.NewServeMux()
	in.Routes(api.New(mux))
	server := httptest.NewServer(identity.Authenticate(verifier)(mux))
	t.Cleanup(server.Close)
	d.url = server.URL
	return d
}

func (d *doors) token(a events.Actor, r events.Role) string {
	d.t.Helper()
	token, err := d.issuer.Mint(identity.Identity{Subject: a, Role: r}, time.Hour)
	if err != nil {
		d.t.Fatal(err)
	}
	return token
}

// call sends a request and decodes the answer.
func (d *doors) call(method, path, token string, body io.Reader) (int, http.Header, entry.Reply, api.Problem) {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), method, d.url+path, body)
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	var (
		reply   entry.Reply
		problem api.Problem
	)
	if res.StatusCode < 400 {
		err = json.Unmarshal(b, &reply)
	} else {
		err = json.Unmarshal(b, &problem)
	}
	if err != nil {
		d.t.Fatalf("%s %s answered %d %s", method, path, res.StatusCode, b)
	}
	return res.StatusCode, res.Header, reply, problem
}

// next takes the delivery that waits in SUBMISSIONS.
func (d *doors) next() delivery.Delivery {
	d.t.Helper()
	consumer, err := d.js.CreateOrUpdateConsumer(d.t.Context(), courier.StreamSubmissions,
		jetstream.ConsumerConfig{Durable: "test", AckPolicy: jetstream.AckExplicitPolicy})
	if err != nil {
		d.t.Fatal(err)
	}
	m, err := consumer.Next(jetstream.FetchMaxWait(10 * time.Second))
	if err != nil {
		d.t.Fatal(err)
	}
	if err := m.DoubleAck(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
	got, err := delivery.Decode(m.Data())
	if err != nil {
		d.t.Fatal(err)
	}
	if got.Subject() != m.Subject() {
		d.t.Errorf("published on %s, the delivery says %s", m.Subject(), got.Subject())
	}
	return got
}

// answer publishes receipts for a delivery, as the recorder does.
func (d *doors) answer(x delivery.Delivery) {
	d.t.Helper()
	s, err := entry.DecodeSubmission(x.Submission)
	if err != nil {
		d.t.Fatal(err)
	}
	r := delivery.Receipts{Submission: s.ID, Actor: x.Actor}
	for range s.Entries {
		r.Receipts = append(r.Receipts, entry.Receipt{ID: uuid.New(), Status: entry.StatusRecorded, Position: 7})
	}
	b, err := r.Encode()
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := d.js.Publish(d.t.Context(), x.ReceiptSubject(s.ID), b); err != nil {
		d.t.Fatal(err)
	}
}

func submission(id uuid.UUID) string {
	return `{"submission":"` + id.String() + `","atomic":false,"entries":[{"anything":1},{"else":2}]}`
}

const door = "/v1/inspections/hampshire/submissions"

func TestReceiptsInTheAnswer(t *testing.T) {
	t.Parallel()
	d := open(t, 20*time.Second)
	done := make(chan struct{})
	go func() {
		defer close(done)
		x := d.next()
		if x.Actor != "ines" || x.Role != events.RoleInspector || x.Programme != "round" ||
			x.Inspection != "hampshire" || x.Control {
			t.Errorf("delivery %+v", x)
		}
		d.answer(x)
	}()
	status, header, reply, _ := d.call("POST", door, d.token("ines", events.RoleInspector),
		strings.NewReader(submission(uuid.New())))
	<-done
	if status != http.StatusOK || len(reply.Receipts) != 2 || header.Get("Location") == "" {
		t.Errorf("%d %+v", status, reply)
	}
}

func TestLateReceiptsAtTheirAddress(t *testing.T) {
	t.Parallel()
	d := open(t, time.Millisecond)
	token := d.token("ines", events.RoleInspector)
	id := uuid.New()
	status, header, reply, _ := d.call("POST", door, token, strings.NewReader(submission(id)))
	address := header.Get("Location")
	if status != http.StatusAccepted || reply.ReceiptURL != address || address != "/v1/submissions/"+id.String() {
		t.Fatalf("%d %+v at %q", status, reply, address)
	}
	if status, _, _, p := d.call("GET", address, token, nil); status != http.StatusNotFound || p.Code != api.NotFound {
		t.Errorf("before recording: %d %+v", status, p)
	}
	d.answer(d.next())
	if status, _, reply, _ := d.call("GET", address, token, nil); status != http.StatusOK || len(reply.Receipts) != 2 {
		t.Errorf("after recording: %d %+v", status, reply)
	}
	for who, want := range map[events.Actor]int{"sam": http.StatusNotFound, "admin": http.StatusOK} {
		role := events.RoleInspector
		if who == "admin" {
			role = events.RoleAdministrator
		}
		if status, _, _, _ := d.call("GET", address, d.token(who, role), nil); status != want {
			t.Errorf("%s reads them: %d, want %d", who, status, want)
		}
	}
}

func TestDoorStaysOpenWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	d := open(t, time.Millisecond)
	token := d.token("ines", events.RoleInspector)
	d.directory.away = true
	status, _, _, p := d.call("POST", door, token, strings.NewReader(submission(uuid.New())))
	if status != http.StatusServiceUnavailable || p.Code != api.Unavailable {
		t.Errorf("an inspection never seen: %d %+v", status, p)
	}
	d.directory.away = false
	if status, _, _, _ := d.call("POST", door, token, strings.NewReader(submission(uuid.New()))); status != 202 {
		t.Fatalf("seen once: %d", status)
	}
	d.directory.away = true
	if status, _, _, _ := d.call("POST", door, token, strings.NewReader(submission(uuid.New()))); status != 202 {
		t.Errorf("seen before: %d", status)
	}
}

func TestBadBodies(t *testing.T) {
	t.Parallel()
	d := open(t, time.Millisecond)
	token := d.token("ines", events.RoleInspector)
	id := uuid.NewString()
	tests := map[string]struct {
		body   string
		status int
	}{
		"empty":          {"", 400},
		"truncated":      {`{"submission":"` + id + `","entries":[{`, 422},
		"not JSON":       {"\xff\xfe\x00", 422},
		"no object":      {"[]", 422},
		"unknown field":  {`{"submission":"` + id + `","atomic":false,"entries":[{}],"more":1}`, 422},
		"repeated field": {`{"submission":"` + id + `","submission":"` + id + `","entries":[{}]}`, 422},
		"id no UUID":     {`{"submission":"1","entries":[{}]}`, 422},
		"no entries":     {`{"submission":"` + id + `","entries":[]}`, 422},
		"too many":       {`{"submission":"` + id + `","entries":[` + strings.Repeat("0,", entry.MaxEntries) + `0]}`, 422},
		"too large":      {`{"submission":"` + id + `","entries":["` + strings.Repeat("x", api.BodyLimit) + `"]}`, 413},
	}
	for name, tt := range tests {
		status, _, _, p := d.call("POST", door, token, strings.NewReader(tt.body))
		if status != tt.status || p.Detail == "" || p.Code == "" {
			t.Errorf("%s: %d %+v, want %d", name, status, p, tt.status)
		}
	}
	if status, _, _, p := d.call("POST", "/v1/inspections/nowhere/submissions", token,
		strings.NewReader(submission(uuid.New()))); status != 404 {
		t.Errorf("unknown inspection: %d %+v", status, p)
	}
	if status, _, _, p := d.call("POST", door, "", strings.NewReader(submission(uuid.New()))); status != 401 {
		t.Errorf("no token: %d %+v", status, p)
	}
}

// One submission through the NATS door, as a client with clients' credentials.
func TestNATSDoor(t *testing.T) {
	t.Parallel()
	d := open(t, 20*time.Second)
	nc, err := courier.Connect(t.Context(), courier.ConnectConfig{
		URL: d.nats.URL(), Credentials: d.nats.ClientsCredentials(), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	ask := func(token, inspection string, body []byte) (int, []byte) {
		t.Helper()
		m := nats.NewMsg(intake.DoorSubject)
		m.Data = body
		if token != "" {
			m.Header.Set("Authorization", "Bearer "+token)
		}
		if inspection != "" {
			m.Header.Set(intake.HeaderInspection, inspection)
		}
		r, err := nc.RequestMsg(m, 20*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		status, err := strconv.Atoi(r.Header.Get(intake.HeaderStatus))
		if err != nil {
			t.Fatal(err)
		}
		return status, r.Data
	}
	token := d.token("ines", events.RoleInspector)
	good := []byte(submission(uuid.New()))
	done := make(chan struct{})
	go func() { defer close(done); d.answer(d.next()) }()
	status, body := ask(token, "hampshire", good)
	<-done
	var reply entry.Reply
	if err := json.Unmarshal(body, &reply); err != nil || status != 200 || len(reply.Receipts) != 2 {
		t.Errorf("%d %s %v", status, body, err)
	}
	for name, tt := range map[string]struct {
		token, inspection string
		body              []byte
		status            int
	}{
		"no token":           {"", "hampshire", good, 401},
		"forged token":       {token + "x", "hampshire", good, 401},
		"no inspection":      {token, "", good, 400},
		"unknown inspection": {token, "nowhere", good, 404},
		"no submission":      {token, "hampshire", []byte("{"), 422},
		"too large":          {token, "hampshire", bytes.Repeat([]byte("x"), api.BodyLimit+1), 413},
	} {
		if status, body := ask(tt.token, tt.inspection, tt.body); status != tt.status {
			t.Errorf("%s: %d %s, want %d", name, status, body, tt.status)
		}
	}
}
