package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// Superuser is the database role that owns a private server.
const Superuser = "aboveline"

// initArgs make the data directory: bytewise collation, so that an order never
// depends on the machine's locale, and checksums on every page.
func initArgs() []string {
	return []string{
		"--username=" + Superuser, "--auth=trust", "--encoding=UTF8", "--locale=C",
		"--data-checksums", "--no-sync", "--no-instructions",
	}
}

// template returns a data directory that was never started, made by initdb at
// first use and kept in the user's cache. Any number of processes may call it.
func template(ctx context.Context, b Binaries, run account) (string, error) {
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(b.Dir + "\n" + b.Version + "\n" + strings.Join(initArgs(), "\n")))
	dir := filepath.Join(cache, fmt.Sprintf("postgres-%d-%s", b.Major, hex.EncodeToString(sum[:6])))
	if complete(dir) {
		return dir, nil
	}
	guard, err := os.OpenFile(dir+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return "", fmt.Errorf("postgres: %w", err)
	}
	defer guard.Close() // nothing was written
	if err := flock(guard, syscall.LOCK_EX); err != nil {
		return "", fmt.Errorf("postgres: lock %s: %w", guard.Name(), err)
	}
	if complete(dir) { // somebody else made it while we waited
		return dir, nil
	}
	return dir, makeTemplate(ctx, dir, b, run)
}

// makeTemplate runs initdb in a scratch directory of the server's account and
// moves a copy of ours into place with one rename.
func makeTemplate(ctx context.Context, dir string, b Binaries, run account) (err error) {
	scratch, err := os.MkdirTemp(openTempDir(run), "al")
	if err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	if err := run.own(scratch); err != nil {
		return err
	}
	data := filepath.Join(scratch, "data")
	cmd := exec.CommandContext(ctx, b.initdb(), append(initArgs(), "--pgdata="+data)...)
	cmd.Dir = scratch
	cmd.Env = environment()
	cmd.SysProcAttr = attributes(run)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("postgres: initdb: %w: %s", err, strings.TrimSpace(string(out)))
	}
	fresh := dir + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	// The copy reaches the disk before it gets its name: a template cut short by a
	// power failure would spoil every data directory made from it.
	if err := copyTree(fresh, data, account{}, true); err != nil {
		return err
	}
	if err := os.Rename(fresh, dir); err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	return syncPath(filepath.Dir(dir))
}

func complete(data string) bool {
	_, err := os.Stat(filepath.Join(data, "PG_VERSION"))
	return err == nil
}

// cacheDir is a directory that only we can write to.
func cacheDir() (string, error) {
	if base, err := os.UserCacheDir(); err == nil {
		dir := filepath.Join(base, "aboveline")
		if os.MkdirAll(dir, 0o700) == nil && writable(dir) {
			return dir, nil
		}
	}
	return ScratchDir()
}

func writable(dir string) bool {
	f, err := os.CreateTemp(dir, "probe")
	if err != nil {
		return false
	}
	return errors.Join(f.Close(), os.Remove(f.Name())) == nil
}

// ScratchDir is this user's directory for things that may vanish at any time,
// below the system's directory for temporary files. It is ours alone to write to;
// others may pass through it, so that a server under another account reaches
// what is below.
func ScratchDir() (string, error) {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("aboveline-%d", os.Geteuid()))
	err := os.Mkdir(dir, 0o711) //nolint:gosec // the server's account passes through
	if err != nil && !errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("postgres: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", fmt.Errorf("postgres: %w", err)
	}
	owner, _, err := ownerOf(dir)
	if err != nil {
		return "", err
	}
	if !info.IsDir() || owner.uid != os.Geteuid() || info.Mode().Perm()&0o022 != 0 {
		return "", fmt.Errorf("postgres: %s is not a directory that only uid %d can write to; remove it",
			dir, os.Geteuid())
	}
	return dir, nil
}
