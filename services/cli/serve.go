package cli

import (
	"context"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"time"

	"github.com/aboveline/aboveline/services/serve"
)

type serveCommand struct {
	DataDir     string        `env:"ABOVELINE_DATA_DIR" required:"" placeholder:"DIR" help:"Where keys, tokens, streams and the private database are (${env})."`
	Listen      string        `env:"ABOVELINE_LISTEN" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address of the HTTP door (${env}); port 0 takes a free one."`
	NATSListen  string        `name:"nats-listen" env:"ABOVELINE_NATS_LISTEN" default:"127.0.0.1:4222" placeholder:"HOST:PORT" help:"Address of the embedded NATS server (${env})."`
	ReadyFile   string        `env:"ABOVELINE_READY_FILE" placeholder:"FILE" help:"Written when everything answers, as JSON with the addresses (${env})."`
	DatabaseURL string        `name:"database-url" env:"ABOVELINE_DATABASE_URL" placeholder:"URL" help:"Use this Postgres database instead of a private one (${env})."`
	NATSURL     string        `name:"nats-url" env:"ABOVELINE_NATS_URL" placeholder:"URL" help:"Use this NATS server instead of an embedded one (${env})."`
	NATSCreds   string        `name:"nats-creds" env:"ABOVELINE_NATS_CREDS" placeholder:"FILE" help:"Credentials of the services at --nats-url (${env})."`
	Wait        time.Duration `env:"ABOVELINE_WAIT" default:"10s" help:"How long a door waits for receipts before it answers that they will come (${env})."`
	LogLevel    string        `env:"ABOVELINE_LOG_LEVEL" default:"info" enum:"debug,info,warn,error" help:"Least level that is logged: debug, info, warn or error (${env})."`
}

// Run serves until the context ends.
func (c serveCommand) Run(ctx context.Context, s *session) error {
	if c.Wait <= 0 {
		return usagef("--wait: %s is no time to wait; give one such as 10s", c.Wait)
	}
	if c.NATSCreds != "" && c.NATSURL == "" {
		return usagef("--nats-creds goes with --nats-url; the embedded server makes its own credentials")
	}
	for flag, address := range map[string]string{"--listen": c.Listen, "--nats-listen": c.NATSListen} {
		if _, _, err := net.SplitHostPort(address); err != nil {
			return usagef("%s: %q is not host:port, such as 127.0.0.1:8080", flag, address)
		}
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return usagef("--log-level: %v", err)
	}
	return serve.Run(ctx, serve.Config{
		DataDir: c.DataDir, Listen: c.Listen, NATSListen: c.NATSListen, ReadyFile: c.ReadyFile,
		DatabaseURL: c.DatabaseURL, NATSURL: c.NATSURL, NATSCredentials: c.NATSCreds, Wait: c.Wait,
		Log: slog.New(slog.NewJSONHandler(s.stderr, &slog.HandlerOptions{Level: level})),
	})
}

// gcPercent trades memory for time: a server has a heap of some tens of MiB, and at
// Go's 100 collecting it takes an eighth of the processor under load. At 300 a server
// that records 100,000 waiting submissions grows by more than 300 MiB. GOGC overrides.
const gcPercent = 200
