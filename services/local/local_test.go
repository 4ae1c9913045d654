package local_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"github.com/aboveline/aboveline/services/local"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func startStack(t *testing.T, cfg local.Config) *local.Stack {
	t.Helper()
	cfg.Log = quiet()
	s, err := local.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, s) })
	return s
}

func query(t *testing.T, url, sql string) (answer string) {
	t.Helper()
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	for statement := range strings.SplitSeq(sql, "; ") {
		err = db.QueryRow(t.Context(), statement).Scan(&answer)
	}
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestStackStartsStopsAndStartsAgain(t *testing.T) {
	t.Parallel()
	cfg := local.Config{DataDir: t.TempDir(), NATSListen: "127.0.0.1:0", Volatile: true}
	s := startStack(t, cfg)
	if got := query(t, s.DatabaseURL(), "SELECT current_database()::text"); got != "aboveline" {
		t.Errorf("database is %q; want aboveline", got)
	}
	query(t, s.DatabaseURL(), "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('kept') RETURNING word")
	nc, err := s.ConnectNATS(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := local.Start(t.Context(), cfg); !local.IsLocked(err) {
		t.Errorf("second stack on the same directory: %v; want IsLocked", err)
	}
	stop(t, s)
	if !nc.IsClosed() {
		t.Error("Stop left a connection open")
	}
	if _, err := s.ConnectNATS(t.Context(), "late"); err == nil {
		t.Error("ConnectNATS after Stop succeeded")
	}
	select {
	case <-s.Failed():
		t.Error("Failed is closed after an orderly Stop")
	default:
	}
	again := startStack(t, cfg)
	if got := query(t, again.DatabaseURL(), "SELECT word FROM kept"); got != "kept" {
		t.Errorf("after the restart the table says %q", got)
	}
	stop(t, again)
}

func TestStackUsesExistingServers(t *testing.T) {
	t.Parallel()
	own := startStack(t, local.Config{DataDir: t.TempDir(), NATSListen: "127.0.0.1:0", Volatile: true})
	s := startStack(t, local.Config{
		DatabaseURL: own.DatabaseURL(), NATSURL: own.NATSURL(), NATSCredentials: own.ServicesCredentials(),
	})
	if s.DatabaseURL() != own.DatabaseURL() || s.NATSURL() != own.NATSURL() || s.ClientsCredentials() != "" {
		t.Errorf("stack uses %q and %q; want the existing servers", s.DatabaseURL(), s.NATSURL())
	}
	nc, err := s.ConnectNATS(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Error(err)
	}
	stop(t, s)
	query(t, own.DatabaseURL(), "SELECT 'still there'")
	stop(t, own)
}

func TestStackNeedsADirectory(t *testing.T) {
	t.Parallel()
	if _, err := local.Start(t.Context(), local.Config{NATSURL: "nats://127.0.0.1:1"}); err == nil {
		t.Error("start without data directory and database URL succeeded")
	}
}
