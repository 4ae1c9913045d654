package faults_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/events/postgres/postgrestest"
	"github.com/aboveline/aboveline/services/client"
	"github.com/aboveline/aboveline/services/courier"
)

const (
	programme = events.Programme("round")
	north     = events.InspectionID("north")
	south     = events.InspectionID("south")
)

// world is a server under test with an open programme, its database, and the
// proxy between the two.
type world struct {
	t       *testing.T
	process *process
	proxy   *proxy
	direct  func() string // the database without the proxy
	admin   *client.Client
	nc      *nats.Conn // as a device
	devices []*device
	loose   sync.WaitGroup // submissions that nobody waits for
	spare   int
}

// settings of a world; the zero value is the usual one.
type settings struct {
	direct func() string // another database than one of the shared server
	args   []string      // more arguments of serve
	dir    string        // another directory
}

func newWorld(t *testing.T, s settings) *world {
	t.Helper()
	if s.direct == nil {
		url := postgrestest.URL(t)
		s.direct = func() string { return url }
	}
	if s.dir == "" {
		s.dir = tempDir(t)
	}
	w := &world{t: t, direct: s.direct}
	w.proxy = newProxy(t, func() string { return socketOf(s.direct()) })
	w.process = newProcess(t, s.dir, w.proxy.url(t, s.direct()), append([]string{"--wait", "20s"}, s.args...)...)
	w.admin = w.as(w.process.ready.AdminTokenFile)
	w.connect()
	w.open()
	return w
}

// as is a client with the token of a file.
func (w *world) as(file string) *client.Client {
	w.t.Helper()
	token, err := client.TokenFrom(file)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.with(token)
}

func (w *world) with(token string) *client.Client {
	w.t.Helper()
	c, err := client.New(w.process.ready.URL, token)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// connect signs in to NATS as the devices do; the connection comes back by itself
// after a restart of the server.
func (w *world) connect() {
	w.t.Helper()
	option, err := nats.NkeyOptionFromSeed(w.process.ready.NATSCredsFile)
	if err != nil {
		w.t.Fatal(err)
	}
	w.nc, err = nats.Connect(w.process.ready.NATSURL, option, nats.MaxReconnects(-1),
		nats.ReconnectWait(50*time.Millisecond), nats.ReconnectJitter(10*time.Millisecond, 10*time.Millisecond),
		nats.IgnoreAuthErrorAbort(), nats.RetryOnFailedConnect(true), nats.ReconnectBufSize(-1))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(w.nc.Close)
}

// services signs in to NATS as Aboveline's own services do, who see the streams.
func (w *world) services() jetstream.JetStream {
	w.t.Helper()
	option, err := nats.NkeyOptionFromSeed(w.process.data("nats", "services.nk"))
	if err != nil {
		w.t.Fatal(err)
	}
	nc, err := nats.Connect(w.process.ready.NATSURL, option)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		w.t.Fatal(err)
	}
	return js
}

// impatient starts the server again, with doors that wait that long.
func (w *world) impatient(wait time.Duration) {
	w.t.Helper()
	w.process.stop()
	w.process.args[slices.Index(w.process.args, "--wait")+1] = wait.String()
	w.process.start()
}

// open opens the programme and its two inspections.
func (w *world) open() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
	defer cancel()
	_, err := w.admin.OpenProgramme(ctx, programme, "")
	w.must(err)
	_, err = w.admin.PublishFramework(ctx, programme, 0, string(reference().Source), "")
	w.must(err)
	for _, i := range []events.InspectionID{north, south} {
		_, err = w.admin.OpenInspection(ctx, programme, i, "")
		w.must(err)
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// ledger reads the database without the proxy.
func (w *world) ledger(ctx context.Context) (*ledger.Ledger, *pgxpool.Pool) {
	w.t.Helper()
	pool, err := pgxpool.New(ctx, w.direct())
	w.must(err)
	return ledger.New(pool), pool
}

// waiting is the number of messages in SUBMISSIONS.
func (w *world) waiting(ctx context.Context, js jetstream.JetStream) (uint64, error) {
	s, err := js.Stream(ctx, courier.StreamSubmissions)
	if err != nil {
		return 0, err
	}
	return s.CachedInfo().State.Msgs, nil
}

// reference is the framework of the 2013 inspection.
var reference = sync.OnceValue(func() *framework.Framework {
	_, file, _, _ := runtime.Caller(0)
	path := filepath.Join(filepath.Dir(file), "../../deploy/examples/hampshire-2013/framework.yaml")
	source, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	f, err := framework.Parse("framework.yaml", source)
	if err != nil {
		panic(err)
	}
	return f
})
