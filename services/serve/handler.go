package serve

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/aboveline/aboveline/services/access"
	"github.com/aboveline/aboveline/services/api"
	"github.com/aboveline/aboveline/services/identity"
	"github.com/aboveline/aboveline/services/intake"
	"github.com/aboveline/aboveline/services/notary"
	"github.com/aboveline/aboveline/services/policy"
	"github.com/aboveline/aboveline/services/projector"
	"github.com/aboveline/aboveline/services/query"
	"github.com/aboveline/aboveline/services/tokens"
)

// routes is what the HTTP server serves.
type routes struct {
	intake   *intake.Intake
	query    *query.Query
	builds   *query.Generations
	tokens   *tokens.Tokens
	proof    *notary.Service
	guard    *access.Guard
	metrics  *prometheus.Registry
	health   *health
	verifier *identity.Verifier
	log      *slog.Logger
}

// newHandler is the whole HTTP server: the API behind the sign-in, the health
// checks and the description of the API in front of it.
func newHandler(r routes) http.Handler {
	signedIn := http.NewServeMux()
	a := api.New(signedIn)
	r.intake.Routes(a)
	r.query.Routes(a)
	r.builds.Routes(a)
	r.tokens.Routes(a)
	r.proof.Routes(a, signedIn)
	signedIn.HandleFunc("/", nowhere)
	mux := http.NewServeMux()
	mux.HandleFunc("/", nowhere)
	mux.Handle("/v1/", identity.Authenticate(r.verifier)(signedIn))
	mux.Handle("GET /metrics", identity.Authenticate(r.verifier)(r.guardMetrics()))
	mux.Handle("GET /openapi.json", signedIn)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /readyz", r.health.serve)
	return recovered(r.log, mux)
}

func (r routes) guardMetrics() http.Handler {
	metrics := promhttp.HandlerFor(r.metrics, promhttp.HandlerOpts{})
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if _, err := r.guard.Allow(req.Context(), policy.ReadMetrics, "", ""); err != nil {
			refuse(w, err)
			return
		}
		metrics.ServeHTTP(w, req)
	})
}

// refuse answers with the problem that err is.
func refuse(w http.ResponseWriter, err error) {
	p, ok := api.IsProblem(err)
	if !ok {
		p = api.Errorf(api.Internal, "something went wrong on our side; it was logged")
	}
	p.Write(w)
}

// nowhere answers for addresses that lead to nothing.
func nowhere(w http.ResponseWriter, _ *http.Request) {
	refuse(w, api.Errorf(api.NotFound, "there is no such address, or not with this method; see /openapi.json"))
}

// recovered keeps one bad request from ending the process.
func recovered(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler { //nolint:errorlint // the value itself is the signal
				panic(v)
			}
			log.ErrorContext(r.Context(), "request failed", slog.String("path", r.URL.Path),
				slog.Any("panic", v), slog.String("stack", string(debug.Stack())))
			refuse(w, api.Errorf(api.Internal, "something went wrong on our side; it was logged"))
		}()
		next.ServeHTTP(w, r)
	})
}

// health answers whether this process can do its work.
type health struct {
	pools     *pools
	nats      *nats.Conn
	projector *projector.Projector
	router    *message.Router
}

// missing names what is not there.
func (h *health) missing(ctx context.Context) []string {
	missing := []string{}
	if err := h.pools.reader.Ping(ctx); err != nil {
		missing = append(missing, "database")
	}
	if !h.nats.IsConnected() {
		missing = append(missing, "nats")
	}
	if !h.router.IsRunning() {
		missing = append(missing, "recorder")
	}
	if err := h.projector.Ready(); err != nil {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			missing = append(missing, "projection "+line)
		}
	}
	return missing
}

func (h *health) serve(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	missing := h.missing(ctx)
	w.Header().Set("Content-Type", "application/json")
	if len(missing) > 0 {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"ready": len(missing) == 0, "missing": missing}) // the caller has gone
}
