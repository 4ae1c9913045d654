package postgres_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events/postgres"
)

func start(t *testing.T, cfg postgres.Config) *postgres.Server {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute) // also in a Cleanup
	defer cancel()
	s, err := postgres.Start(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Kill)
	return s
}

// query runs one statement on its own connection and returns the first column of
// the first row as text, "" where there is none.
func query(t *testing.T, url, sql string, args ...any) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatalf("connect to %s: %v", url, err)
	}
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), sql, args...)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return strings.Join(got, ",")
}

func setting(t *testing.T, s *postgres.Server, name string) string {
	t.Helper()
	return query(t, s.AdminURL(), "SELECT current_setting($1)", name)
}

func TestRestartKeepsData(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		durable bool
		end     func(*testing.T, *postgres.Server)
	}{
		{"stop", false, func(t *testing.T, s *postgres.Server) {
			if err := s.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
		}},
		{"kill", false, func(_ *testing.T, s *postgres.Server) { s.Kill() }},
		{"durable stop", true, func(t *testing.T, s *postgres.Server) {
			if err := s.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
		}},
		{"durable kill", true, func(_ *testing.T, s *postgres.Server) { s.Kill() }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			cfg := postgres.Config{Dir: t.TempDir(), Durable: tc.durable}
			first := start(t, cfg)
			if err := first.EnsureDatabase(t.Context(), "kept"); err != nil {
				t.Fatal(err)
			}
			query(t, first.URL("kept"), "CREATE TABLE facts AS SELECT 'still here' AS fact")
			tc.end(t, first)
			select {
			case <-first.Done():
			default:
				t.Error("Done is open after the end")
			}
			second := start(t, cfg)
			if err := second.EnsureDatabase(t.Context(), "kept"); err != nil {
				t.Fatal(err)
			}
			if got := query(t, second.URL("kept"), "SELECT fact FROM facts"); got != "still here" {
				t.Errorf("after a restart the table holds %q", got)
			}
			want := map[bool]string{true: "on", false: "off"}[tc.durable]
			if got := setting(t, second, "fsync"); got != want {
				t.Errorf("fsync is %s with Durable %v", got, tc.durable)
			}
		})
	}
}

func TestStopTwiceAndAfterKill(t *testing.T) {
	t.Parallel()
	s := start(t, postgres.Config{Dir: t.TempDir()})
	if err := errors.Join(s.Stop(t.Context()), s.Stop(t.Context())); err != nil {
		t.Error(err)
	}
	s.Kill()
	if err := s.Err(); err != nil {
		t.Errorf("a clean stop is reported as %v", err)
	}
}

func TestStopInTime(t *testing.T) {
	t.Parallel()
	s := start(t, postgres.Config{Dir: t.TempDir()})
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("no time at all"))
	// The end may still win the race with a context that is over already.
	if err := s.Stop(ctx); err != nil && !strings.Contains(err.Error(), "no time at all") {
		t.Error(err)
	}
	select {
	case <-s.Done():
	default:
		t.Error("Stop returned and the server still runs")
	}
}

func TestTwoServersAtOnce(t *testing.T) {
	t.Parallel()
	a, b := start(t, postgres.Config{Dir: t.TempDir()}), start(t, postgres.Config{Dir: t.TempDir()})
	query(t, a.AdminURL(), "CREATE TABLE only_a (n int)")
	if got := query(t, b.AdminURL(), "SELECT to_regclass('only_a') IS NULL || ''"); got != "true" {
		t.Errorf("the servers share a database: %s", got)
	}
}

func TestSecondStartIsRefused(t *testing.T) {
	t.Parallel()
	cfg := postgres.Config{Dir: t.TempDir()}
	s := start(t, cfg)
	_, err := postgres.Start(t.Context(), cfg)
	if !postgres.IsInUse(err) {
		t.Fatalf("a second start says %v, want IsInUse", err)
	}
	for _, part := range []string{cfg.Dir, "process ", "stop that first"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
	if got := query(t, s.AdminURL(), "SELECT 'alive'"); got != "alive" {
		t.Error("the refused start harmed the running server")
	}
}

func TestSocketOnly(t *testing.T) {
	t.Parallel()
	s := start(t, postgres.Config{Dir: t.TempDir()})
	if got := setting(t, s, "listen_addresses"); got != "" {
		t.Errorf("the server listens on %q", got)
	}
	socket := setting(t, s, "unix_socket_directories")
	info, err := os.Stat(socket)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("socket directory %s: %v, %v; want mode 0700", socket, info.Mode(), err)
	}
}

func TestLongDirectory(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), strings.Repeat("long/", 30), "with space & + sign")
	s := start(t, postgres.Config{Dir: dir})
	socket := setting(t, s, "unix_socket_directories")
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(socket); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("socket directory %s is left behind (%v)", socket, err)
	}
}

func TestURLWorksWithPsql(t *testing.T) {
	t.Parallel()
	binaries, err := postgres.Find()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("/tmp", "al odd&+%")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	s := start(t, postgres.Config{Dir: dir})
	const name = "odd name/&+%"
	if err := s.EnsureDatabase(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	if got := query(t, s.URL(name), "SELECT current_database()::text"); got != name {
		t.Errorf("pgx is connected to %q", got)
	}
	psql := filepath.Join(binaries.Dir, "psql")
	cmd := exec.CommandContext(t.Context(), psql, "-XAtd", s.URL(name), "-c", "SELECT current_database()")
	out, err := cmd.CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != name {
		t.Errorf("psql says %q, %v", out, err)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	s := start(t, postgres.Config{Dir: t.TempDir(), Settings: map[string]string{"work_mem": "7MB", "max_connections": "20"}})
	if got := setting(t, s, "work_mem") + " " + setting(t, s, "max_connections"); got != "7MB 20" {
		t.Errorf("settings are %q", got)
	}
	for name, want := range map[string]string{
		"listen_addresses":  "cannot be changed",
		"Bad Name":          "not the name of a parameter",
		"no_such_parameter": "no_such_parameter",
	} {
		_, err := postgres.Start(t.Context(), postgres.Config{Dir: t.TempDir(), Settings: map[string]string{name: "x"}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("setting %q: %v, want %q", name, err, want)
		}
	}
}

func TestLogHasNoValues(t *testing.T) {
	t.Parallel()
	s := start(t, postgres.Config{Dir: t.TempDir()})
	query(t, s.AdminURL(), "CREATE TABLE people (name text PRIMARY KEY)")
	conn, err := pgx.Connect(t.Context(), s.AdminURL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for range 2 {
		_, err = conn.Exec(t.Context(), "INSERT INTO people VALUES ('somebody')")
	}
	if err == nil {
		t.Fatal("the second insert went through")
	}
	raw, err := os.ReadFile(s.LogFile())
	if err != nil || !strings.Contains(string(raw), "duplicate key") {
		t.Errorf("the log does not tell of the error: %q, %v", raw, err)
	}
	if strings.Contains(string(raw), "somebody") {
		t.Errorf("the log holds a value of a row: %s", raw)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	full := t.TempDir()
	other := t.TempDir()
	for path, text := range map[string]string{
		filepath.Join(full, "data", "letter.txt"): "mine", filepath.Join(other, "data", "PG_VERSION"): "9\n",
	} {
		if err := errors.Join(os.Mkdir(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct {
		cfg     postgres.Config
		want    string
		missing bool
	}{
		{postgres.Config{}, "Config.Dir is empty", false},
		{postgres.Config{Dir: full}, "neither empty nor a data directory", false},
		{postgres.Config{Dir: other}, "no PostgreSQL 9 (the version that made the data)", true},
		{postgres.Config{Dir: other}, "apt-get install postgresql", true},
		{postgres.Config{Dir: t.TempDir(), Binaries: postgres.Binaries{Dir: "/nowhere"}}, "/nowhere/postgres --version", false},
	} {
		_, err := postgres.Start(t.Context(), tc.cfg)
		if err == nil || !strings.Contains(err.Error(), tc.want) || postgres.IsMissing(err) != tc.missing {
			t.Errorf("%+v: %v, want %q, IsMissing %v", tc.cfg, err, tc.want, tc.missing)
		}
	}
}

func TestStartEndsWithItsContext(t *testing.T) {
	t.Parallel()
	cfg := postgres.Config{Dir: t.TempDir()}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := postgres.Start(ctx, cfg); !errors.Is(err, context.Canceled) {
		t.Fatalf("start with a context that is over: %v", err)
	}
	start(t, cfg) // the directory is free
}
