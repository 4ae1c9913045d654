package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// patience is how long a server gets between a signal and a harsher one.
const patience = 5 * time.Second

// makeWay makes room for a new server in the directory: it ends a server of ours
// whose parent has gone, refuses one that somebody else started, and removes the
// socket directory that was left behind. The caller holds the lock.
func makeWay(ctx context.Context, log *slog.Logger, dir string, before holder) error {
	data := filepath.Join(dir, "data")
	pid, err := serverIn(data)
	if err != nil {
		return err
	}
	// The lock names the holder before the fork and the server after it; whoever
	// was killed in between left a server of ours without a number.
	ours := pid == before.Server || before.PID != 0 && before.Server == 0
	if pid != 0 && !ours {
		return &inUseError{dir: dir, who: fmt.Sprintf("PostgreSQL process %d, which was not started by aboveline", pid)}
	}
	if pid != 0 {
		log.InfoContext(ctx, "ending the database server of a process that has gone", slog.Int("pid", pid))
		if err := end(ctx, pid, data); err != nil {
			return err
		}
	}
	if before.Socket != "" && strings.HasPrefix(filepath.Base(before.Socket), "al") {
		err := os.Remove(filepath.Join(before.Socket, socketName))
		if err == nil || errors.Is(err, os.ErrNotExist) {
			err = os.Remove(filepath.Join(before.Socket, socketName+".lock"))
		}
		if err == nil || errors.Is(err, os.ErrNotExist) {
			err = os.Remove(before.Socket)
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			log.WarnContext(ctx, "an old socket directory stays", slog.Any("error", err))
		}
	}
	return nil
}

// serverIn is the process id of a server that runs on the data, 0 for none.
func serverIn(data string) (int, error) {
	raw, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("postgres: %w", err)
	}
	first, _, _ := strings.Cut(string(raw), "\n")
	if pid, err := strconv.Atoi(strings.TrimSpace(first)); err == nil && pid > 0 && runsIn(pid, data) {
		return pid, nil
	}
	return 0, nil // cut short, or left by a crash: the server itself clears it away
}

// end waits for an orphan that is on its way down, urging it on.
func end(ctx context.Context, pid int, data string) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for _, sig := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGKILL} {
		if err := syscall.Kill(pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("postgres: end process %d: %w", pid, err)
		}
		for until := time.Now().Add(patience); time.Now().Before(until); {
			if !runsIn(pid, data) {
				return nil
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("postgres: waiting for process %d to end: %w", pid, context.Cause(ctx))
			case <-tick.C:
			}
		}
	}
	return fmt.Errorf("postgres: process %d on %s does not end", pid, data)
}
