package cli_test

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"github.com/aboveline/aboveline/services/cli"
	"github.com/aboveline/aboveline/services/serve"
)

// server is the one server of all tests: real Postgres, real NATS, free ports.
var server serve.Ready

func TestMain(m *testing.M) {
	testscript.Main(withServer{m}, map[string]func(){
		"aboveline": func() {
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			os.Exit(cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
		},
	})
}

// withServer runs the tests beside a server and looks for what it left running.
type withServer struct{ m *testing.M }

func (w withServer) Run() int {
	code, err := w.run()
	if err == nil {
		err = goleak.Find()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return max(code, 1)
	}
	return code
}

func (w withServer) run() (int, error) {
	dir, err := os.MkdirTemp("", "cli-") // short: it holds Unix sockets
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o711); err != nil {
		return 1, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- serve.Run(ctx, serve.Config{
			DataDir: filepath.Join(dir, "data"), Listen: "127.0.0.1:0", NATSListen: "127.0.0.1:0",
			OnReady: func(r serve.Ready) { server = r; close(ready) },
		})
	}()
	select {
	case <-ready:
	case err := <-ended:
		return 1, err
	}
	code := w.m.Run()
	cancel()
	return code, <-ended
}
