package postgres

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// attributes start a child under the account, in a process group of its own (a
// Ctrl-C at the terminal is for us to act on), that the kernel ends with the
// thread that started it.
func attributes(run account) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGQUIT, Credential: run.credential()}
}

// handOver opens the data directory for a server that cannot reach it by path.
// The child finds it as descriptor 3.
func handOver(data string) (*os.File, string, error) {
	const path = "/proc/self/fd/3"
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		return nil, "", fmt.Errorf("postgres: the server's account cannot reach %s and /proc is not mounted; "+
			"choose a directory that every user may pass: %w", data, err)
	}
	f, err := os.Open(data)
	if err != nil {
		return nil, "", fmt.Errorf("postgres: %w", err)
	}
	return f, path, nil
}

// runsIn says whether process pid works in the data directory, as every process
// of a PostgreSQL server does.
func runsIn(pid int, data string) bool {
	cwd, err := os.Readlink(filepath.Join("/proc", strconv.Itoa(pid), "cwd"))
	if err != nil {
		return false
	}
	target, err := filepath.EvalSymlinks(data)
	return err == nil && cwd == target
}
