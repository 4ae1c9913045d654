package courier

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/nats-io/nats.go"
)

// ConnectConfig says how to reach NATS. URL is required unless InProcess is set.
type ConnectConfig struct {
	// URL is one or more server URLs, separated by commas.
	URL string
	// Credentials is a file with either an nkey seed (begins with "SU") or a user's JWT and seed (a .creds file).
	Credentials string
	// RootCA, Cert and Key are PEM files for TLS: the authorities to trust, and a client certificate with its key.
	RootCA, Cert, Key string
	// InProcess, if set, is an embedded server to connect to without a network.
	InProcess nats.InProcessConnProvider
	// Name is shown in the server's list of connections. Default: "aboveline".
	Name string
	// Log gets disconnects, reconnects and asynchronous errors. Default: slog.Default().
	Log *slog.Logger
}

// Connect connects and waits until the connection stands or ctx ends; a server that is not there yet is tried again and
// again, wrong credentials are an error at once. Later the connection reconnects for ever, also after the server refused
// its credentials for a while. The caller closes it.
func Connect(ctx context.Context, cfg ConnectConfig) (*nats.Conn, error) {
	opts, err := cfg.options()
	if err != nil {
		return nil, err
	}
	up, refused := make(chan struct{}, 1), make(chan error, 1)
	opts = append(opts,
		nats.ConnectHandler(func(*nats.Conn) { up <- struct{}{} }),
		nats.ReconnectErrHandler(func(_ *nats.Conn, err error) {
			if isRefusal(err) {
				select {
				case refused <- err:
				default:
				}
			}
		}))
	nc, err := nats.Connect(cmp.Or(cfg.URL, nats.DefaultURL), opts...)
	if err != nil {
		return nil, fmt.Errorf("courier: connecting to NATS at %s: %w", cfg.where(), err)
	}
	for !nc.IsConnected() {
		select {
		case <-up:
		case err = <-refused:
			nc.Close()
			return nil, fmt.Errorf("courier: NATS at %s refuses the credentials %q: %w", cfg.where(), cfg.Credentials, err)
		case <-ctx.Done():
			last := nc.LastError()
			nc.Close()
			return nil, fmt.Errorf("courier: no connection to NATS at %s: %w (last error: %w)",
				cfg.where(), ctx.Err(), cmp.Or(last, errNoError))
		}
	}
	return nc, nil
}

func (cfg ConnectConfig) where() string {
	if cfg.InProcess != nil {
		return "in-process server"
	}
	return cfg.URL
}

func (cfg ConnectConfig) options() ([]nats.Option, error) {
	if cfg.URL == "" && cfg.InProcess == nil {
		return nil, errors.New("courier: a NATS URL is needed, such as nats://127.0.0.1:4222")
	}
	log := cfg.Log
	if log == nil {
		log = slog.Default()
	}
	opts := []nats.Option{
		nats.Name(cmp.Or(cfg.Name, "aboveline")),
		nats.MaxReconnects(-1), nats.RetryOnFailedConnect(true), nats.IgnoreAuthErrorAbort(),
		nats.ReconnectWait(250 * time.Millisecond), nats.ReconnectJitter(250*time.Millisecond, time.Second),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				log.Warn("NATS connection lost", slog.Any("error", err))
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { log.Info("NATS connection is back") }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			log.Warn("NATS reports an error", slog.Any("error", err))
		}),
	}
	if cfg.InProcess != nil {
		opts = append(opts, nats.InProcessServer(cfg.InProcess))
	}
	if cfg.RootCA != "" {
		opts = append(opts, nats.RootCAs(cfg.RootCA))
	}
	if cfg.Cert != "" || cfg.Key != "" {
		opts = append(opts, nats.ClientCert(cfg.Cert, cfg.Key))
	}
	if cfg.Credentials != "" {
		opt, err := credentials(cfg.Credentials)
		if err != nil {
			return nil, err
		}
		opts = append(opts, opt)
	}
	return opts, nil
}

// credentials reads which of the two forms a credentials file has.
func credentials(path string) (nats.Option, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("courier: NATS credentials: %w", err)
	}
	defer clear(data)
	if bytes.Contains(data, []byte("BEGIN NATS USER JWT")) {
		return nats.UserCredentials(path), nil
	}
	opt, err := nats.NkeyOptionFromSeed(path)
	if err != nil {
		return nil, fmt.Errorf("courier: NATS credentials %s: neither an nkey seed nor a .creds file: %w", path, err)
	}
	return opt, nil
}

var errNoError = errors.New("none")

func isRefusal(err error) bool {
	return errors.Is(err, nats.ErrAuthorization) || errors.Is(err, nats.ErrAuthExpired) ||
		errors.Is(err, nats.ErrAuthRevoked) || errors.Is(err, nats.ErrAccountAuthExpired)
}
