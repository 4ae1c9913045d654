package postgres

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
)

// fork starts the server's process and the goroutine that waits for its end.
func (s *Server) fork(cfg Config, data string, reachable bool, run account) (err error) {
	logFile, err := openLog(cfg.Dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, logFile.Close()) }() // the child has its own
	cmd := exec.Command(cfg.Binaries.postgres())
	cmd.Dir = "/"
	cmd.Env = environment()
	cmd.Stdout, cmd.Stderr = logFile, logFile
	cmd.SysProcAttr = attributes(run)
	if !reachable {
		var f *os.File
		if f, data, err = handOver(data); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		cmd.ExtraFiles = []*os.File{f}
	}
	cmd.Args = append([]string{"postgres", "-D", data}, cfg.settings(s.socket)...)
	note := holder{PID: os.Getpid()}
	if s.outside {
		note.Socket = s.socket
	}
	if err := s.lock.note(note); err != nil {
		return err
	}
	started := make(chan error)
	go s.watch(cmd, note, started)
	return <-started
}

// watch starts the process, reports on started, and stays until the process has
// ended. The parent-death signal goes by the thread that forked, so this goroutine
// keeps its thread for as long as the server lives.
func (s *Server) watch(cmd *exec.Cmd, note holder, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		started <- fmt.Errorf("postgres: start %s: %w", cmd.Path, err)
		return
	}
	s.process = cmd.Process
	note.Server = cmd.Process.Pid
	if err := s.lock.note(note); err != nil {
		s.log.Warn("the lock file does not name the server", slog.Any("error", err))
	}
	started <- nil
	if err := cmd.Wait(); err != nil {
		s.err = fmt.Errorf("postgres: the server in %s ended: %w", s.dir, err)
	}
	if err := errors.Join(s.lock.note(holder{}), s.tidy()); err != nil {
		s.log.Warn("the database server left something behind", slog.Any("error", err))
	}
	close(s.done)
}

// environment is all that the server sees of ours: no PG* variable, no locale.
func environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
}
