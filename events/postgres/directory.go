package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// port names the socket file; nothing listens on the TCP port of that number.
const port = "5432"

// socketName is the file that the server makes in its socket directory.
const socketName = ".s.PGSQL." + port

// longestSocket is the longest path of a socket, in bytes: 107 on Linux and 103
// on macOS (sockaddr_un).
const longestSocket = 103

// logKept is the size from which server.log is put aside at start, in bytes.
const logKept = 16 << 20

// prepare makes the data directory where there is none yet. The caller holds the
// lock of dir.
func prepare(ctx context.Context, data string, b Binaries, run account, durable bool) error {
	names, err := os.ReadDir(data)
	switch {
	case err == nil && complete(data):
		return nil
	case err == nil && len(names) > 0:
		return fmt.Errorf("postgres: %s is neither empty nor a data directory of PostgreSQL; choose another directory", data)
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("postgres: %w", err)
	}
	from, err := template(ctx, b, run)
	if err != nil {
		return err
	}
	fresh := data + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	if err := copyTree(fresh, from, run, durable); err != nil {
		return err
	}
	if err := os.Rename(fresh, data); err != nil { // an empty directory gives way
		return fmt.Errorf("postgres: %w", err)
	}
	if durable {
		return syncPath(filepath.Dir(data))
	}
	return nil
}

// majorIn is the version that made the data, 0 where there is none.
func majorIn(data string) (int, error) {
	raw, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("postgres: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	if err != nil {
		return 0, fmt.Errorf("postgres: %s/PG_VERSION: %w", data, err)
	}
	return major, nil
}

// socketDir makes the directory of the socket: in dir where the path is short
// enough and the server can get there, else a temporary one (outside is true).
func socketDir(dir string, reachable bool, run account) (path string, outside bool, err error) {
	path = filepath.Join(dir, "socket")
	if outside = !reachable || len(path)+1+len(socketName) > longestSocket; outside {
		path, err = os.MkdirTemp(openTempDir(run), "al")
		if err == nil && len(path)+1+len(socketName) > longestSocket {
			err = errors.Join(fmt.Errorf("the path of the socket in %s is longer than %d bytes; set TMPDIR to a shorter one",
				path, longestSocket), os.Remove(path))
		}
	} else if err = os.Mkdir(path, 0o700); errors.Is(err, os.ErrExist) {
		err = os.Chmod(path, 0o700) //nolint:gosec // a directory
	}
	if err != nil {
		return "", false, fmt.Errorf("postgres: socket directory: %w", err)
	}
	return path, outside, run.own(path)
}

// openTempDir is a directory for temporary files that the account can reach and
// whose name leaves room for a socket's.
func openTempDir(run account) string {
	const room = len("/al0123456789/") + len(socketName)
	dir := os.TempDir()
	if ok, err := run.reaches(dir); err == nil && ok && len(dir)+room <= longestSocket {
		return dir
	}
	return "/tmp"
}

// openLog opens Dir/server.log for appending; a big one is put aside first.
func openLog(dir string) (*os.File, error) {
	path := filepath.Join(dir, "server.log")
	if info, err := os.Stat(path); err == nil && info.Size() > logKept {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, fmt.Errorf("postgres: %w", err)
		}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	return f, nil
}

// tail is the end of the log from the given offset, for an error's text.
func tail(path string, from int64) string {
	raw, err := os.ReadFile(path)
	if err != nil || int64(len(raw)) < from {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(raw[from:])), "\n")
	return strings.Join(lines[max(0, len(lines)-5):], " | ")
}
