package cli

import (
	"context"
	"log/slog"

	"github.com/aboveline/aboveline/events/verify"
	"github.com/aboveline/aboveline/services/audit"
)

type verifyCommand struct {
	DataDir     string `env:"ABOVELINE_DATA_DIR" placeholder:"DIR" help:"Data directory of serve; its database is started for this if no server runs (${env})."`
	DatabaseURL string `name:"database-url" env:"ABOVELINE_DATABASE_URL" placeholder:"URL" help:"Database to read instead (${env})."`
	Since       string `placeholder:"FILE" help:"Checkpoint that was kept elsewhere: what is under it must not have changed."`
	Key         string `placeholder:"FILE" help:"Public keys of the log (default: log.vkey of the data directory)."`
}

// Run reads everything again and fails if anything is not as it was recorded.
func (c verifyCommand) Run(ctx context.Context, s *session) error {
	if c.DataDir == "" && c.DatabaseURL == "" {
		return usagef("name a data directory with --data-dir or a database with --database-url")
	}
	config := audit.VerifyConfig{
		DataDir: c.DataDir, DatabaseURL: c.DatabaseURL, Since: c.Since, Key: c.Key,
		Log: slog.New(slog.DiscardHandler),
	}
	wipe := func() {}
	if terminal(s.stderr) {
		var show func(verify.Progress)
		show, wipe = audit.ProgressLine(s.stderr)
		config.Progress = show
	}
	report, err := audit.Verify(ctx, config)
	wipe()
	if err != nil {
		return err
	}
	if s.json {
		err = s.printJSON(report)
	} else {
		_, err = report.WriteTo(s.stdout)
	}
	if err == nil && !report.OK() {
		return errReported
	}
	return err
}
