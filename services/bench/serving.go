package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/client"
	"github.com/aboveline/aboveline/services/courier"
	"github.com/aboveline/aboveline/services/serve"
)

// serving is the whole of `aboveline serve` in this process, on a database of the
// server that everything is measured on.
type serving struct {
	bench  *bench
	db     *database
	ready  serve.Ready
	admin  *client.Client
	reader *pgxpool.Pool
	conns  []*nats.Conn
	cancel context.CancelFunc
	ended  chan error
}

func (b *bench) serve(ctx context.Context) (_ *serving, err error) {
	s := &serving{bench: b, ended: make(chan error, 1)}
	if s.db, err = b.database(ctx); err != nil {
		return nil, err
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.cancel = cancel
	ready := make(chan serve.Ready, 1)
	dir, err := os.MkdirTemp(b.dir, "serve-")
	if err != nil {
		cancel()
		return nil, err
	}
	go func() {
		s.ended <- serve.Run(running, serve.Config{
			DataDir: dir, Listen: "127.0.0.1:0", NATSListen: "127.0.0.1:0", DatabaseURL: s.db.url,
			OnReady: func(r serve.Ready) { ready <- r }, Log: b.log,
			ReadyFile: filepath.Join(dir, "ready.json"),
		})
	}()
	select {
	case s.ready = <-ready:
	case err := <-s.ended:
		cancel()
		return nil, err
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), s.close(ctx))
	}
	token, err := client.TokenFrom(s.ready.AdminTokenFile)
	if err == nil {
		s.admin, err = client.New(s.ready.URL, token)
	}
	if err == nil {
		s.reader, err = s.db.pool(ctx, reading)
	}
	if err != nil {
		return nil, errors.Join(err, s.close(ctx))
	}
	return s, nil
}

// doors are n connections to the NATS door with one token.
func (s *serving) doors(ctx context.Context, n int, as *client.Client) ([]client.Submitter, error) {
	all := make([]client.Submitter, n)
	for k := range all {
		nc, err := courier.Connect(ctx, courier.ConnectConfig{
			URL: s.ready.NATSURL, Credentials: s.ready.NATSCredsFile, Name: "bench", Log: s.bench.log,
		})
		if err != nil {
			return nil, err
		}
		s.conns = append(s.conns, nc)
		all[k] = client.NATS{Conn: nc, Client: as}
	}
	return all, nil
}

// visible is the position that readers of the scores see: everything up to it is
// in the figures. 0 before the first.
func (s *serving) visible(ctx context.Context, p events.Programme) (at events.Position, err error) {
	err = s.reader.QueryRow(ctx, `SELECT coalesce(max(c.position), 0)
		FROM projections.active a JOIN projections.checkpoints c USING (generation)
		WHERE a.projection = 'scores' AND a.programme = $1`, string(p)).Scan(&at)
	if err != nil {
		return 0, fmt.Errorf("visible position: %w", err)
	}
	return at, nil
}

// await returns when readers see a position.
func (s *serving) await(ctx context.Context, p events.Programme, to events.Position) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		at, err := s.visible(ctx, p)
		if err != nil || at >= to {
			return err
		}
		select {
		case <-tick.C:
		case err := <-s.ended:
			s.ended <- err
			return fmt.Errorf("serve ended: %w", err)
		case <-ctx.Done():
			return fmt.Errorf("readers see position %d of %d: %w", at, to, ctx.Err())
		}
	}
}

// close stops everything and drops the database.
func (s *serving) close(ctx context.Context) error {
	for _, nc := range s.conns {
		nc.Close()
	}
	s.cancel()
	err := <-s.ended
	return errors.Join(err, s.db.drop(ctx))
}
