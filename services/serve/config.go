package serve

import (
	"errors"
	"log/slog"
	"net"
	"time"
)

// Config is what `aboveline serve` needs.
type Config struct {
	// DataDir holds keys, tokens, the stream store and the private database. It is
	// made if it does not exist.
	DataDir string
	// Listen and NATSListen are host:port; port 0 chooses a free one.
	Listen, NATSListen string
	// ReadyFile is written when everything answers; empty for none.
	ReadyFile string
	// DatabaseURL and NATSURL name existing servers to use instead of private ones;
	// NATSCredentials is the file with which services sign in there.
	DatabaseURL, NATSURL, NATSCredentials string
	// OnReady is told when everything answers; it may be nil.
	OnReady func(Ready)
	// Wait is how long a door waits for receipts; intake's default if 0.
	Wait time.Duration
	Log  *slog.Logger
}

func (c Config) validate() error {
	var errs []error
	if c.DataDir == "" {
		errs = append(errs, errors.New("serve: a data directory is needed, such as --data-dir ./data"))
	}
	for flag, address := range map[string]string{"--listen": c.Listen, "--nats-listen": c.NATSListen} {
		if _, _, err := net.SplitHostPort(address); err != nil {
			errs = append(errs, errors.New("serve: "+flag+" is host:port, such as 127.0.0.1:8080"))
		}
	}
	return errors.Join(errs...)
}
