package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/events/vault"
	"github.com/aboveline/aboveline/services/client"
	"github.com/aboveline/aboveline/services/courier"
	"github.com/aboveline/aboveline/services/identity"
	"github.com/aboveline/aboveline/services/intake"
	"github.com/aboveline/aboveline/services/local"
	"github.com/aboveline/aboveline/services/policy"
	"github.com/aboveline/aboveline/services/recorder"
)

// station is the way of an entry without projections: the NATS door, the streams,
// the recorder behind its router, and a programme that callers work in.
type station struct {
	bench     *bench
	dir       string
	db        *database
	nats      *local.NATS
	nc        *nats.Conn
	recorder  *recorder.Recorder
	issuer    *identity.Issuer
	framework *framework.Framework
	closing   []func(ctx context.Context) error // the last first
}

// station starts one in a database of its own, with the callers in the teams of
// their inspections.
func (b *bench) station(ctx context.Context, callers int) (_ *station, _ []*caller, err error) {
	s := &station{bench: b}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close(ctx))
		}
	}()
	if s.db, err = b.database(ctx); err != nil {
		return nil, nil, err
	}
	s.later(func(ctx context.Context) error { return s.db.drop(ctx) })
	if s.dir, err = os.MkdirTemp(b.dir, "station-"); err != nil {
		return nil, nil, err
	}
	if err := s.carry(ctx); err != nil {
		return nil, nil, err
	}
	if err := s.open(ctx); err != nil {
		return nil, nil, err
	}
	source, err := os.ReadFile(filepath.Join(b.config.dataset, "framework.yaml")) //nolint:gosec // the one we are told to read
	if err != nil {
		return nil, nil, err
	}
	if s.framework, err = framework.Parse("framework.yaml", source); err != nil {
		return nil, nil, err
	}
	all := newCallers(callers, s.framework)
	return s, all, s.found(ctx, all)
}

// carry starts NATS.
func (s *station) carry(ctx context.Context) (err error) {
	s.nats, err = local.StartNATS(ctx, local.NATSConfig{
		Dir: filepath.Join(s.dir, "nats"), Listen: "127.0.0.1:0", Log: s.bench.log,
	})
	if err != nil {
		return err
	}
	s.later(s.nats.Stop)
	if s.nc, err = s.nats.Connect(ctx, "bench"); err != nil {
		return err
	}
	s.later(func(context.Context) error {
		s.nc.Close()
		return nil
	})
	return nil
}

// open starts the recorder behind its router, and the NATS door.
func (s *station) open(ctx context.Context) error {
	js, err := jetstream.New(s.nc)
	if err != nil {
		return err
	}
	if err := courier.EnsureStreams(ctx, js, 1); err != nil {
		return err
	}
	pool, err := s.db.pool(ctx, recording)
	if err != nil {
		return err
	}
	key, err := vault.CreateMasterKey(filepath.Join(s.dir, "master.key"))
	if err != nil {
		return err
	}
	v := vault.New(pool, key)
	if err := v.Check(ctx); err != nil {
		return err
	}
	policies, err := policy.Embedded()
	if err != nil {
		return err
	}
	s.recorder, err = recorder.New(recorder.Config{
		Ledger: ledger.New(pool), Vault: v, Policy: policies, JetStream: js, NATS: s.nc, Log: s.bench.log,
	})
	if err != nil {
		return err
	}
	s.later(func(context.Context) error { return s.recorder.Close() })
	router, err := recorder.NewRouter(s.recorder, s.nc, s.bench.log, nil)
	if err != nil {
		return err
	}
	s.later(func(context.Context) error { return router.Close() })
	routed := make(chan error, 1)
	go func() { routed <- router.Run(context.WithoutCancel(ctx)) }()
	select {
	case <-router.Running():
	case err := <-routed:
		return fmt.Errorf("router: %w", err)
	case <-ctx.Done():
		return ctx.Err()
	}
	return s.door(ctx, js)
}

func (s *station) door(ctx context.Context, js jetstream.JetStream) (err error) {
	if s.issuer, err = identity.OpenIssuer(s.dir); err != nil {
		return err
	}
	verifier, err := s.issuer.Verifier()
	if err != nil {
		return err
	}
	reader, err := s.db.pool(ctx, reading)
	if err != nil {
		return err
	}
	publisher, err := courier.NewPublisher(s.nc, courier.PublisherConfig{})
	if err != nil {
		return err
	}
	s.later(func(context.Context) error { return publisher.Close() })
	in, err := intake.New(intake.Config{
		Publisher: publisher, NATS: s.nc, JetStream: js, Verifier: verifier, Directory: ledger.New(reader), Log: s.bench.log,
	})
	if err != nil {
		return err
	}
	s.later(func(context.Context) error { return in.Close() })
	serving, cancel := context.WithCancel(context.WithoutCancel(ctx))
	served := make(chan error, 1)
	go func() { served <- in.ServeNATS(serving) }()
	s.later(func(context.Context) error {
		cancel()
		return <-served
	})
	return nil
}

// found opens the programme and the inspections, with the callers as inspectors.
func (s *station) found(ctx context.Context, callers []*caller) error {
	control := func(a events.Actor, role events.Role, i events.InspectionID, bodies ...entry.Body) error {
		sub := entry.Submission{ID: uuid.New()}
		for _, body := range bodies {
			raw, err := entry.Entry{
				ID: uuid.New(), Kind: body.Kind(), Programme: measured, Inspection: i, OccurredAt: occurred, Body: body,
			}.Encode()
			if err != nil {
				return err
			}
			sub.Entries = append(sub.Entries, jsontext.Value(raw))
		}
		d, err := deliver(a, role, i, true, sub)
		if err != nil {
			return err
		}
		receipts, err := s.recorder.Record(ctx, d)
		if err != nil {
			return err
		}
		return recorded(receipts)
	}
	err := control("admin", events.RoleAdministrator, "", entry.Programme{Name: "Measured"},
		entry.Framework{Source: string(s.framework.Source)})
	if err != nil {
		return err
	}
	for n := range areas {
		bodies := []entry.Body{entry.InspectionOpening{Name: string(area(n))}}
		for _, c := range callers {
			if c.inspection == area(n) {
				bodies = append(bodies, entry.TeamMember{Member: c.actor, Role: events.RoleInspector, Team: "team-1"})
			}
		}
		if err := control("lead", events.RoleLead, area(n), bodies...); err != nil {
			return err
		}
	}
	return nil
}

// doors connects every caller to the NATS door, with a token each.
func (s *station) doors(ctx context.Context, callers []*caller) ([]client.Submitter, error) {
	all := make([]client.Submitter, len(callers))
	for k, c := range callers {
		token, err := s.issuer.Mint(identity.Identity{
			Subject: c.actor, Role: events.RoleInspector, Inspection: c.inspection,
		}, time.Hour)
		if err != nil {
			return nil, err
		}
		// Receipts that come late would be asked for over HTTP; nothing listens there,
		// so that a row in which that happens ends with an error.
		api, err := client.New("http://127.0.0.1:1", token)
		if err != nil {
			return nil, err
		}
		nc, err := courier.Connect(ctx, courier.ConnectConfig{
			URL: s.nats.URL(), Credentials: s.nats.ClientsCredentials(), Name: string(c.actor), Log: s.bench.log,
		})
		if err != nil {
			return nil, err
		}
		s.later(func(context.Context) error {
			nc.Close()
			return nil
		})
		all[k] = client.NATS{Conn: nc, Client: api}
	}
	return all, nil
}

func (s *station) later(f func(ctx context.Context) error) { s.closing = append(s.closing, f) }

// close stops everything, the last first.
func (s *station) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	var errs []error
	for _, f := range slices.Backward(s.closing) {
		errs = append(errs, f(ctx))
	}
	return errors.Join(errs...)
}
