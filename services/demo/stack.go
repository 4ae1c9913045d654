package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"github.com/nats-io/nats.go"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/client"
	"github.com/aboveline/aboveline/services/courier"
	"github.com/aboveline/aboveline/services/serve"
)

// stack is a server of everything in a directory of its own.
type stack struct {
	dir    string
	ready  serve.Ready
	cancel context.CancelFunc
	ended  chan error
	log    *tail
	conns  []*nats.Conn
}

// startStack returns when the server answers.
func startStack(ctx context.Context) (*stack, error) {
	dir, err := os.MkdirTemp("", "aboveline-demo-")
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	// The database server may run as another user, who passes through.
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // passing through is all that others may
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	run, cancel := context.WithCancel(ctx)
	s := &stack{dir: dir, cancel: cancel, ended: make(chan error, 1), log: &tail{}}
	ready := make(chan serve.Ready, 1)
	go func() {
		s.ended <- serve.Run(run, serve.Config{
			DataDir: filepath.Join(dir, "data"), Listen: "127.0.0.1:0", NATSListen: "127.0.0.1:0",
			OnReady: func(r serve.Ready) { ready <- r },
			Log:     slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelWarn})),
		})
	}()
	select {
	case s.ready = <-ready:
		return s, nil
	case err := <-s.ended:
		cancel()
		if err == nil {
			err = context.Cause(ctx)
		}
		return nil, errors.Join(fmt.Errorf("demo: the server did not start: %w", err), os.RemoveAll(dir))
	}
}

// stop ends everything and removes the directory. A server that ended with an
// error, before or now, is an error with the end of its log.
func (s *stack) stop() error {
	for _, nc := range s.conns {
		nc.Close()
	}
	s.cancel()
	err := <-s.ended
	if err != nil {
		err = fmt.Errorf("demo: server: %w\n%s", err, s.log)
	}
	return errors.Join(err, os.RemoveAll(s.dir))
}

// client is the administrator's.
func (s *stack) client() (*client.Client, error) {
	token, err := client.TokenFrom(s.ready.AdminTokenFile)
	if err != nil {
		return nil, err
	}
	return client.New(s.ready.URL, token)
}

// team is one team's inspector at work.
type team struct {
	member events.Actor
	door   client.NATS
}

// team adds an inspector of a team to the inspection and gives them a token and a
// NATS connection of their own.
func (s *stack) team(ctx context.Context, admin *client.Client, name string) (*team, error) {
	t := &team{member: events.Actor("inspector-" + name)}
	if _, err := admin.AddTeamMember(ctx, inspection, t.member, events.RoleInspector, events.TeamID(name)); err != nil {
		return nil, err
	}
	token, err := admin.Token(ctx, t.member, events.RoleInspector, inspection, 0)
	if err != nil {
		return nil, err
	}
	nc, err := courier.Connect(ctx, courier.ConnectConfig{
		URL: s.ready.NATSURL, Credentials: s.ready.NATSCredsFile, Name: "team " + name, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, err
	}
	s.conns = append(s.conns, nc)
	c, err := client.New(s.ready.URL, token)
	t.door = client.NATS{Conn: nc, Client: c}
	return t, err
}

// tail keeps the end of a log.
type tail struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

const tailBytes = 16 << 10

// Write implements io.Writer.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if over := t.buf.Len() + len(b) - tailBytes; over > 0 {
		t.buf.Next(over)
	}
	return t.buf.Write(b)
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.String()
}
