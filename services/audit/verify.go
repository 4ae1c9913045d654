package audit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events/checkpoint"
	"github.com/aboveline/aboveline/events/notary"
	"github.com/aboveline/aboveline/events/postgres"
	"github.com/aboveline/aboveline/events/verify"
)

// VerifyConfig says what to verify: the private database of DataDir or the one at
// DatabaseURL, exactly one of the two unless DataDir is given for its keys only.
type VerifyConfig struct {
	// DataDir is that of `aboveline serve`. If DatabaseURL is empty its private
	// database is read: the running server's, else one that is started for this.
	DataDir string
	// DatabaseURL is an existing database.
	DatabaseURL string
	// Since is a file with a checkpoint, as `aboveline checkpoint` prints it.
	Since string
	// Key is a file with the public keys of the log; log.vkey of DataDir if empty.
	Key string
	// Progress may be nil; see [ProgressLine].
	Progress func(verify.Progress)
	Log      *slog.Logger
}

// Verify re-reads a ledger. An error means that it could not be verified; what is
// wrong with it is in the report (Report.OK).
func Verify(ctx context.Context, c VerifyConfig) (_ verify.Report, err error) {
	if c.DataDir == "" && c.DatabaseURL == "" {
		return verify.Report{}, errors.New("verify: name a data directory with --data-dir or a database with --database-url")
	}
	o, err := c.options()
	if err != nil {
		return verify.Report{}, err
	}
	url := c.DatabaseURL
	if url == "" {
		var stop func() error
		if url, stop, err = open(ctx, c.DataDir, c.Log); err != nil {
			return verify.Report{}, err
		}
		defer func() { err = errors.Join(err, stop()) }()
	}
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return verify.Report{}, fmt.Errorf("verify: database URL: %w", err)
	}
	config.MaxConns = 1
	config.ConnConfig.RuntimeParams["application_name"] = "aboveline verify"
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return verify.Report{}, fmt.Errorf("verify: database: %w", err)
	}
	defer pool.Close()
	return verify.Verify(ctx, pool, o)
}

// options reads the files.
func (c VerifyConfig) options() (o verify.Options, err error) {
	o.Progress = c.Progress
	key := c.Key
	if key == "" && c.DataDir != "" {
		key = checkpoint.VerifierFile(KeyFile(c.DataDir))
		if _, err := os.Stat(key); errors.Is(err, fs.ErrNotExist) {
			key = "" // the report says that signatures were not checked
		}
	}
	if key != "" {
		if o.VerifierKey, err = checkpoint.LoadVerifier(key); err != nil {
			return o, err
		}
	}
	if c.Since != "" {
		if o.Since, err = os.ReadFile(c.Since); err != nil {
			return o, fmt.Errorf("verify: --since: %w", err)
		}
		if len(o.Since) == 0 {
			return o, fmt.Errorf("verify: --since: %s is empty; it should hold what `aboveline checkpoint` printed", c.Since)
		}
	}
	if c.DataDir != "" {
		o.Remembered, err = notary.Remembered(MemoryDir(c.DataDir))
	}
	return o, err
}

// database is the name of the private server's database; see services/local.
const database = "aboveline"

// stopWithin bounds the stop of a server that was started for this.
const stopWithin = 30 * time.Second

// open finds the private database of a data directory, or starts its server. It
// makes none where there is none.
func open(ctx context.Context, dir string, log *slog.Logger) (url string, stop func() error, err error) {
	server := filepath.Join(dir, "postgres")
	data := filepath.Join(server, "data")
	if _, err := os.Stat(filepath.Join(data, "PG_VERSION")); errors.Is(err, fs.ErrNotExist) {
		return "", nil, fmt.Errorf("verify: %s holds no private database; name the data directory of `aboveline serve`, "+
			"or the database with --database-url", dir)
	}
	s, err := postgres.Start(ctx, postgres.Config{Dir: server, Durable: true, Log: log})
	if postgres.IsInUse(err) {
		url, err := running(data)
		return url, func() error { return nil }, err
	}
	if err != nil {
		return "", nil, fmt.Errorf("verify: %w", err)
	}
	return s.URL(database), func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
		defer cancel()
		return s.Stop(ctx)
	}, nil
}
