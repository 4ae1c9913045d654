package postgres

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
)

// Config says where and how a server runs.
type Config struct {
	// Dir is the server's own directory. It is made if absent and holds data/
	// (the data directory), server.log and lock. Nothing else belongs in it.
	Dir string
	// Binaries are the programs to run. The zero value means: those that made the
	// data, else what [Find] finds.
	Binaries Binaries
	// Durable makes a commit survive a crash of the machine. False is for tests.
	Durable bool
	// Log receives start, stop and recovery; nil discards. The server's own log
	// goes to Dir/server.log.
	Log *slog.Logger
	// Settings override the server's parameters by name, e.g. "shared_buffers".
	Settings map[string]string
}

// fixed are the parameters that the guarantees of this package rest on.
var fixed = []string{
	"data_directory", "listen_addresses", "port", "unix_socket_directories", "unix_socket_permissions",
	"hba_file", "ident_file", "config_file",
}

var parameter = regexp.MustCompile(`^[a-z_][a-z0-9_.]*$`)

// validate completes c, or says what is wrong with it.
func (c Config) validate() (Config, error) {
	if c.Dir == "" {
		return c, errors.New("postgres: Config.Dir is empty; name a directory for the server's files")
	}
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return c, fmt.Errorf("postgres: Config.Dir %q: %w", c.Dir, err)
	}
	c.Dir = dir
	for name := range c.Settings {
		if !parameter.MatchString(name) {
			return c, fmt.Errorf("postgres: Config.Settings: %q is not the name of a parameter", name)
		}
		if slices.Contains(fixed, name) {
			return c, fmt.Errorf("postgres: Config.Settings: %s is set by this package and cannot be changed", name)
		}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

// settings are the parameters of the command line, in order of name. They are
// chosen for a small machine that the server shares with Aboveline itself.
func (c Config) settings(socketDir string) []string {
	s := map[string]string{
		"shared_buffers":       "128MB",
		"effective_cache_size": "1GB",
		"work_mem":             "16MB",
		"maintenance_work_mem": "128MB",
		"max_connections":      "200",
		"synchronous_commit":   "on", // without fsync it costs nothing and survives kill -9
		"random_page_cost":     "1.1",
		"jit":                  "off", // our queries are short, compiling them is not
		"wal_buffers":          "16MB",
		"max_wal_size":         "2GB",
		"checkpoint_timeout":   "15min",
		"timezone":             "UTC",
		"log_timezone":         "UTC",
		"log_line_prefix":      "%m [%p] ",
		// The details of an error quote values of rows; the log must not.
		"log_error_verbosity":     "terse",
		"log_min_error_statement": "panic",
	}
	if c.Durable {
		maps.Copy(s, map[string]string{"fsync": "on", "full_page_writes": "on"})
	} else {
		maps.Copy(s, map[string]string{
			"fsync": "off", "full_page_writes": "off",
			"wal_level": "minimal", "max_wal_senders": "0", "autovacuum": "off", "log_checkpoints": "off",
		})
	}
	maps.Copy(s, c.Settings)
	maps.Copy(s, map[string]string{
		"listen_addresses":        "",
		"port":                    port,
		"unix_socket_directories": socketDir,
		"unix_socket_permissions": "0700",
	})
	var args []string
	for _, name := range slices.Sorted(maps.Keys(s)) {
		args = append(args, "-c", name+"="+s[name])
	}
	return args
}
