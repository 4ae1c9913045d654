//go:build !linux

package postgres

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// attributes start a child under the account, in a process group of its own. The
// system has no parent-death signal: an orphan is ended by the next Start.
func attributes(run account) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: run.credential()}
}

// handOver needs /proc, which only Linux has.
func handOver(data string) (*os.File, string, error) {
	return nil, "", fmt.Errorf("postgres: the server's account cannot reach %s; "+
		"choose a directory that every user may pass, or do not run as root", data)
}

// runsIn says whether process pid exists; the system does not tell where it works.
func runsIn(pid int, _ string) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
