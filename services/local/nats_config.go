package local

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// SubjectSubmit is where clients send submissions as requests.
const SubjectSubmit = "intake.submit"

// NATSConfig configures the embedded NATS server. Dir is required.
type NATSConfig struct {
	// Dir holds the store, the credentials and the lock; it is made if absent.
	Dir string
	// Listen is host:port; the host is a loopback address unless TLS files are given, port 0 takes a free port. Empty means
	// no listener: only this process can connect.
	Listen string
	// TLSCert and TLSKey are PEM files; with them the listener speaks TLS only.
	TLSCert, TLSKey string
	// MaxStore bounds the streams on disk, in bytes. When it is reached, publishing fails. Default: 16 GiB.
	MaxStore int64
	// MaxPayload bounds one message, in bytes. Default: 8 MiB.
	MaxPayload int32
	// Log gets the server's log, notices as Debug. Default: slog.Default().
	Log *slog.Logger
}

// accounts of the embedded server: public keys of services and clients are filled in.
const accounts = `
accounts {
  SERVICES {
    jetstream: enabled
    users: [{ nkey: %s }]
    exports: [{ service: %q, accounts: [CLIENTS] }]
  }
  CLIENTS {
    users: [{ nkey: %s, permissions: { publish: [%[2]q], subscribe: ["_INBOX.>"] } }]
    imports: [{ service: { account: SERVICES, subject: %[2]q } }]
  }
}`

func (c NATSConfig) options(services, clients identity) (*server.Options, error) {
	opts := &server.Options{}
	if err := opts.ProcessConfigString(fmt.Sprintf(accounts, services.public, SubjectSubmit, clients.public)); err != nil {
		return nil, fmt.Errorf("local: NATS accounts: %w", err)
	}
	opts.ServerName = "aboveline"
	opts.JetStream = true
	opts.DisableJetStreamBanner = true
	opts.StoreDir = filepath.Join(c.Dir, "jetstream")
	opts.JetStreamMaxStore = cmp.Or(c.MaxStore, 16<<30)
	opts.JetStreamMaxMemory = 64 << 20
	opts.SyncInterval = 100 * time.Millisecond
	opts.MaxPayload = cmp.Or(c.MaxPayload, 8<<20)
	opts.NoSigs = true
	if err := c.listener(opts); err != nil {
		return nil, err
	}
	return opts, nil
}

func (c NATSConfig) listener(opts *server.Options) error {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return errors.New("local: NATS TLS needs both a certificate and a key file")
	}
	if c.TLSCert != "" {
		pair, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
		if err != nil {
			return fmt.Errorf("local: NATS TLS: %w", err)
		}
		opts.TLS = true
		opts.TLSConfig = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
		opts.TLSTimeout = 5
	}
	if c.Listen == "" {
		opts.DontListen = true
		return nil
	}
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("local: NATS listen address %q: %w; it is host:port, such as 127.0.0.1:4222", c.Listen, err)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return fmt.Errorf("local: NATS listen address %q: port must be a number from 0 to 65535", c.Listen)
	}
	if ip := net.ParseIP(host); c.TLSCert == "" && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("local: NATS listen address %q is not a loopback address; without TLS files it must be, "+
			"such as 127.0.0.1:%s", c.Listen, port)
	}
	opts.Host, opts.Port = host, int(n)
	if n == 0 {
		opts.Port = server.RANDOM_PORT
	}
	return nil
}
