package query_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores/rows"
	"github.com/aboveline/aboveline/services/access"
	"github.com/aboveline/aboveline/services/api"
	"github.com/aboveline/aboveline/services/identity"
	"github.com/aboveline/aboveline/services/policy"
	"github.com/aboveline/aboveline/services/query"
)

// world is the API over a ledger that holds a book, and scores that have read it.
type world struct {
	url string
}

func newWorld(t testing.TB, b *book) *world {
	t.Helper()
	pool := db.New(t)
	var now time.Time
	b.write(t, ledger.New(pool, ledger.WithClock(func() time.Time { return now })), &now)
	project(t, runner.Config{
		Pool: as(t, pool, "aboveline_projector"), Ledger: ledger.New(pool), Projection: rows.Projection{},
		Programme: programme, Poll: time.Hour,
	}, events.Position(len(b.drafts)))
	reader := as(t, pool, "aboveline_reader")
	policies, err := policy.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	l := ledger.New(reader)
	mux := http.NewServeMux()
	query.New(l, rows.NewReader(reader), access.New(policies, l)).Routes(api.New(mux))
	who := identity.Identity{Subject: "admin", Role: events.RoleAdministrator}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mux.ServeHTTP(w, r.WithContext(identity.NewContext(r.Context(), who)))
	}))
	t.Cleanup(server.Close)
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	return &world{url: server.URL}
}

// project lets the scores read up to a position.
func project(t testing.TB, c runner.Config, upto events.Position) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c.Progress = func(p events.Position) {
		if p >= upto {
			cancel()
		}
	}
	if err := runner.Run(ctx, c); err != nil {
		t.Fatal(err)
	}
}

// get reads an answer, which must have the status; names and values of parameters
// alternate.
func (w *world) get(t testing.TB, status int, out any, path string, params ...string) {
	t.Helper()
	q := url.Values{}
	for n := 0; n < len(params); n += 2 {
		q.Set(params[n], params[n+1])
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/v1/inspections/"+path+"?"+q.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != status {
		var problem map[string]any
		_ = json.NewDecoder(res.Body).Decode(&problem)
		t.Fatalf("%s?%s: status %d, want %d: %v", path, q.Encode(), res.StatusCode, status, problem)
	}
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		t.Fatal(err)
	}
}

// refused reads a problem.
func (w *world) refused(t testing.TB, status int, path string, params ...string) api.Problem {
	t.Helper()
	var p api.Problem
	w.get(t, status, &p, path, params...)
	return p
}
