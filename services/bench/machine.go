package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// surroundings are what the figures depend on.
type surroundings struct {
	cpu, platform, memory string
	cores                 int
	goVersion, postgres   string
	before, after         string // load averages
	command               string
	took                  time.Duration
}

func machine(ctx context.Context, b *bench) (surroundings, error) {
	s := surroundings{
		cpu: field("/proc/cpuinfo", "model name"), memory: field("/proc/meminfo", "MemTotal"),
		platform: runtime.GOOS + "/" + runtime.GOARCH, cores: runtime.GOMAXPROCS(0), goVersion: runtime.Version(),
	}
	pool, err := open(ctx, b.server.AdminURL(), owner, 1)
	if err != nil {
		return s, err
	}
	defer pool.Close()
	err = pool.QueryRow(ctx, `SELECT current_setting('server_version') || ', fsync ' || current_setting('fsync')
		|| ', wal_sync_method ' || current_setting('wal_sync_method')`).Scan(&s.postgres)
	if err != nil {
		return s, fmt.Errorf("version of PostgreSQL: %w", err)
	}
	return s, nil
}

// field is the first value of a name in a file of "name : value" lines; empty
// where there is no such file.
func field(file, name string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if key, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// load are the load averages over 1, 5 and 15 minutes, "unknown" where the system
// does not tell them in a file.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	fields := strings.Fields(string(b))
	return strings.Join(fields[:min(3, len(fields))], " ")
}

// processor is the processor time that this process has used, without the servers
// of Postgres; 0 where the system does not tell.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
