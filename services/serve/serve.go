package serve

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/checkpoint"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores/rows"
	"github.com/aboveline/aboveline/services/access"
	"github.com/aboveline/aboveline/services/audit"
	"github.com/aboveline/aboveline/services/courier"
	"github.com/aboveline/aboveline/services/identity"
	"github.com/aboveline/aboveline/services/intake"
	"github.com/aboveline/aboveline/services/local"
	lognotary "github.com/aboveline/aboveline/services/notary"
	"github.com/aboveline/aboveline/services/policy"
	"github.com/aboveline/aboveline/services/projector"
	"github.com/aboveline/aboveline/services/query"
	"github.com/aboveline/aboveline/services/recorder"
	"github.com/aboveline/aboveline/services/tokens"
)

// stopWithin bounds the whole stop.
const stopWithin = 9 * time.Second

// Run serves until the context ends, then stops cleanly within ten seconds. It
// returns nil after a clean stop that was asked for.
func Run(ctx context.Context, c Config) (err error) {
	if err := c.validate(); err != nil {
		return err
	}
	log := cmp.Or(c.Log, slog.New(slog.DiscardHandler))
	if err := os.MkdirAll(c.DataDir, 0o711); err != nil { //nolint:gosec // the database's user passes through it
		return fmt.Errorf("serve: data directory: %w", err)
	}
	stop := &stops{log: log}
	defer func() { err = errors.Join(err, stop.all()) }()

	// The servers, private or existing.
	stack, err := local.Start(ctx, local.Config{
		DataDir: c.DataDir, DatabaseURL: c.DatabaseURL,
		NATSURL: c.NATSURL, NATSCredentials: c.NATSCredentials, NATSListen: c.NATSListen, Log: log,
	})
	if err != nil {
		return err
	}
	stop.push("servers", stack.Stop)
	nc, err := stack.ConnectNATS(ctx, "aboveline")
	if err != nil {
		return err
	}
	js, err := jetstream.New(nc)
	if err != nil {
		return fmt.Errorf("serve: jetstream: %w", err)
	}
	if err := courier.EnsureStreams(ctx, js, 1); err != nil {
		return err
	}
	if c.NATSURL == "" { // the embedded server has no other recorder
		if err := recorder.TakeOver(ctx, js); err != nil {
			return err
		}
	}

	// The database and what is built on it.
	pools, err := openPools(ctx, stack.DatabaseURL())
	if err != nil {
		return err
	}
	stop.push("pools", pools.close)
	vault, err := openVault(ctx, pools.recorder, c.DataDir)
	if err != nil {
		return err
	}
	policies, err := policy.Embedded()
	if err != nil {
		return err
	}
	issuer, verifier, adminToken, err := openIdentity(c.DataDir)
	if err != nil {
		return err
	}
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))

	// The recorder, behind its router.
	rec, err := recorder.New(recorder.Config{
		Ledger: ledger.New(pools.recorder), Vault: vault, Policy: policies,
		JetStream: js, NATS: nc, Log: log, Registerer: metrics,
	})
	if err != nil {
		return err
	}
	router, err := recorder.NewRouter(rec, nc, log, metrics)
	if err != nil {
		return err
	}
	stop.push("recorder", func(context.Context) error { return errors.Join(router.Close(), rec.Close()) })
	failed := make(chan error, 4)
	go func() { failed <- router.Run(context.WithoutCancel(ctx)) }()

	// The projections.
	projections := []runner.Projection{rows.Projection{}}
	proj, err := projector.New(projector.Config{
		Pool: pools.projector, Ledger: ledger.New(pools.reader), // leases hold connections of the pool
		Projections: projections, NATS: nc, Log: log, Registerer: metrics,
	})
	if err != nil {
		return err
	}
	stop.push("projector", background(func(ctx context.Context) error { return proj.Run(ctx) }))

	// The doors and the reads.
	reader := ledger.New(pools.reader)
	guard := access.New(policies, reader)
	proof, err := openNotary(c.DataDir, lognotary.Config{
		Pool: pools.notary, Reader: pools.reader, Guard: guard, NATS: nc, Log: log, Registerer: metrics,
	})
	if err != nil {
		return err
	}
	stop.push("notary", background(proof.Run))
	publisher, err := courier.NewPublisher(nc, courier.PublisherConfig{})
	if err != nil {
		return err
	}
	stop.push("publisher", func(context.Context) error { return publisher.Close() })
	in, err := intake.New(intake.Config{
		Publisher: publisher, NATS: nc, JetStream: js, Verifier: verifier, Directory: reader, Wait: c.Wait, Log: log,
	})
	if err != nil {
		return err
	}
	stop.push("intake", func(context.Context) error { return in.Close() })
	stop.push("NATS door", background(in.ServeNATS))
	health := &health{pools: pools, nats: nc, projector: proj, router: router}
	desk := runner.NewDesk(pools.projector, ledger.New(pools.projector), projections...)
	handler := newHandler(routes{
		builds: query.NewGenerations(desk, guard, func(p events.Programme) {
			_ = nc.Publish(projector.RequestedSubject(p), nil) // projectors look by themselves too
		}),
		intake: in, query: query.New(reader, rows.NewReader(pools.reader), guard),
		tokens: tokens.New(issuer, guard), proof: proof, guard: guard, metrics: metrics,
		health: health, verifier: verifier, log: log,
	})
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	stop.push("http", func(ctx context.Context) error { return shutdown(ctx, server) })
	go func() { failed <- server.Serve(listener) }()

	// Ready.
	select {
	case <-router.Running():
	case <-ctx.Done():
		return nil
	}
	ready := Ready{
		URL: "http://" + listener.Addr().String(), NATSURL: stack.NATSURL(), DatabaseURL: stack.DatabaseURL(),
		AdminTokenFile: adminToken, NATSCredsFile: stack.ClientsCredentials(), PID: os.Getpid(),
	}
	if c.ReadyFile != "" {
		if err := ready.write(c.ReadyFile); err != nil {
			return err
		}
		stop.push("ready file", func(context.Context) error { return os.Remove(c.ReadyFile) })
	}
	if c.OnReady != nil {
		c.OnReady(ready)
	}
	log.InfoContext(ctx, "serving", slog.String("url", ready.URL), slog.String("nats", ready.NATSURL))
	select {
	case <-ctx.Done():
		log.InfoContext(ctx, "stopping")
		return nil
	case <-stack.Failed():
		return errors.New("serve: the private database ended by itself; see server.log in the data directory")
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	}
}

// shutdown lets requests finish, and cuts those that do not.
func shutdown(ctx context.Context, s *http.Server) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		return s.Close()
	}
	return nil
}

// openIdentity opens the local issuer and makes sure of the administrator's token.
func openIdentity(dir string) (*identity.Issuer, *identity.Verifier, string, error) {
	issuer, err := identity.OpenIssuer(dir)
	if err != nil {
		return nil, nil, "", err
	}
	verifier, err := issuer.Verifier()
	if err != nil {
		return nil, nil, "", err
	}
	token, err := filepath.Abs(filepath.Join(dir, "admin.token"))
	if err != nil {
		return nil, nil, "", err
	}
	return issuer, verifier, token, issuer.WriteAdminToken(token)
}

// openNotary opens the log's key and makes the notary that signs with it.
func openNotary(dir string, c lognotary.Config) (*lognotary.Service, error) {
	key, err := checkpoint.OpenKey(audit.KeyFile(dir))
	if err != nil {
		return nil, err
	}
	c.Key, c.Memory = key, audit.MemoryDir(dir)
	return lognotary.New(c)
}
