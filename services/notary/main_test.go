package notary_test

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/checkpoint"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/events/postgres/postgrestest"
	"github.com/aboveline/aboveline/services/access"
	"github.com/aboveline/aboveline/services/api"
	"github.com/aboveline/aboveline/services/client"
	"github.com/aboveline/aboveline/services/identity"
	"github.com/aboveline/aboveline/services/local"
	"github.com/aboveline/aboveline/services/notary"
	"github.com/aboveline/aboveline/services/policy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(postgrestest.M{M: m}) }

var database = postgrestest.Template("ledger", ledger.Migrate)

const programme = events.Programme("iaow 2013/hampshire")

// bench is the service behind an HTTP server, with sign-in.
type bench struct {
	pool    *pgxpool.Pool
	ledger  *ledger.Ledger
	service *notary.Service
	nc      *nats.Conn
	vkey    string // the path of log.vkey
	server  *httptest.Server
	issuer  *identity.Issuer
	metrics *prometheus.Registry
	events  []events.Recorded
}

func newBench(t *testing.T, witnesses ...checkpoint.Witness) *bench {
	t.Helper()
	b := &bench{pool: database.New(t), metrics: prometheus.NewRegistry()}
	b.ledger = ledger.New(b.pool)
	log := slog.New(slog.DiscardHandler)
	n, err := local.StartNATS(t.Context(), local.NATSConfig{Dir: t.TempDir(), Log: log})
	check(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Second)
		defer cancel()
		check(t, n.Stop(ctx))
	})
	b.nc, err = n.Connect(t.Context(), "test")
	check(t, err)
	t.Cleanup(b.nc.Close)

	dir := t.TempDir()
	key, err := checkpoint.OpenKey(filepath.Join(dir, "log.key"))
	check(t, err)
	b.vkey = filepath.Join(dir, "log.vkey")
	policies, err := policy.Embedded()
	check(t, err)
	reader := as(t, b.pool, "aboveline_reader")
	b.service, err = notary.New(notary.Config{
		Pool: as(t, b.pool, "aboveline_notary"), Reader: reader, Guard: access.New(policies, ledger.New(reader)),
		Key: key, Memory: filepath.Join(dir, "checkpoints"), Witnesses: witnesses, NATS: b.nc, Log: log, Registerer: b.metrics,
	})
	check(t, err)
	b.issuer, err = identity.OpenIssuer(dir)
	check(t, err)
	verifier, err := b.issuer.Verifier()
	check(t, err)
	mux := http.NewServeMux()
	b.service.Routes(api.New(mux), mux)
	b.server = httptest.NewServer(identity.Authenticate(verifier)(mux))
	t.Cleanup(b.server.Close)
	return b
}

// as is a pool whose sessions have one of the group roles.
func as(t *testing.T, pool *pgxpool.Pool, role string) *pgxpool.Pool {
	t.Helper()
	c := pool.Config()
	c.ConnConfig.RuntimeParams["role"] = role
	limited, err := pgxpool.NewWithConfig(t.Context(), c)
	check(t, err)
	t.Cleanup(limited.Close)
	return limited
}

func (b *bench) token(t *testing.T, role events.Role) string {
	t.Helper()
	token, err := b.issuer.Mint(identity.Identity{Subject: "somebody", Role: role}, time.Hour)
	check(t, err)
	return token
}

func (b *bench) client(t *testing.T, role events.Role) *client.Client {
	t.Helper()
	c, err := client.New(b.server.URL, b.token(t, role))
	check(t, err)
	return c
}

// add appends n events.
func (b *bench) add(t *testing.T, n int) {
	t.Helper()
	check(t, b.ledger.Update(t.Context(), programme, nil, func(ctx context.Context, tx *ledger.Tx) error {
		ds := make([]ledger.Draft, n)
		for i := range ds {
			c := events.CaseID(uuid.NewString())
			ds[i] = ledger.Draft{
				ID: uuid.New(), Stream: events.CaseStream("hampshire", c), Revision: 1, Type: events.TypeCaseDescribed,
				TypeVersion: 1, OccurredAt: time.Unix(0, 0), Actor: "ines", Inspection: "hampshire", Case: c,
				Causation: uuid.New(), Digest: sha256.Sum256([]byte(c)), Data: []byte(`{"secret":"contents"}`),
			}
		}
		rs, err := tx.Append(ctx, ds)
		b.events = append(b.events, rs...)
		return err
	}))
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
