package postgres

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is who the server runs as.
type account struct {
	uid, gid int
	// drop is set when we are root and the server must not be.
	drop bool
}

// accountFor chooses the account: ourselves unless we are root, else the owner of
// the data, else postgres, else nobody.
func accountFor(data string) (account, error) {
	me := account{uid: os.Geteuid(), gid: os.Getegid()}
	owner, exists, err := ownerOf(data)
	if err != nil {
		return account{}, err
	}
	switch {
	case me.uid != 0 && exists && owner.uid != me.uid:
		return account{}, fmt.Errorf("postgres: %s belongs to uid %d and this process is uid %d; "+
			"run it as the owner or as root", data, owner.uid, me.uid)
	case me.uid != 0:
		return me, nil
	case exists && owner.uid != 0:
		owner.drop = true
		return owner, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.Atoi(u.Uid)
		gid, errGID := strconv.Atoi(u.Gid)
		if errUID == nil && errGID == nil && uid != 0 {
			return account{uid: uid, gid: gid, drop: true}, nil
		}
	}
	return account{}, errors.New("postgres: PostgreSQL does not run as root and there is no user postgres or nobody; " +
		"create one: useradd --system postgres")
}

// ownerOf tells who owns path, and whether it exists.
func ownerOf(path string) (account, bool, error) {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return account{}, false, nil
	}
	if err != nil {
		return account{}, false, fmt.Errorf("postgres: %w", err)
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return account{}, false, fmt.Errorf("postgres: %s: the file system does not tell its owner", path)
	}
	return account{uid: int(st.Uid), gid: int(st.Gid)}, true, nil
}

// credential is what the child process is started with; nil keeps ours.
func (a account) credential() *syscall.Credential {
	if !a.drop {
		return nil
	}
	return &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
}

// own hands path to the account when it is not ours already.
func (a account) own(path string) error {
	if !a.drop {
		return nil
	}
	if err := os.Lchown(path, a.uid, a.gid); err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	return nil
}

// reaches says whether the account may pass every directory down to and
// including dir. An answer of false is safe where access lists say otherwise.
func (a account) reaches(dir string) (bool, error) {
	if !a.drop {
		return true, nil
	}
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return false, fmt.Errorf("postgres: %w", err)
	}
	for {
		info, err := os.Stat(dir)
		if err != nil {
			return false, fmt.Errorf("postgres: %w", err)
		}
		owner, _, err := ownerOf(dir)
		if err != nil {
			return false, err
		}
		bit := os.FileMode(0o001)
		switch {
		case owner.uid == a.uid:
			bit = 0o100
		case owner.gid == a.gid:
			bit = 0o010
		}
		if info.Mode()&bit == 0 {
			return false, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return true, nil
		}
		dir = parent
	}
}
