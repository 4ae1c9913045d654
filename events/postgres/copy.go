package postgres

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"
)

// copyTree copies the directories and regular files below src to dst, which must
// not exist, and hands every one of them to owner. With durable set all of it has
// reached the disk on return.
func copyTree(dst, src string, owner account, durable bool) error {
	var made []string
	err := filepath.WalkDir(src, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(src, path)
		if err != nil {
			return err
		}
		to := filepath.Join(dst, rel)
		switch {
		case d.IsDir():
			err = os.Mkdir(to, 0o700)
		case d.Type().IsRegular():
			err = copyFile(to, path)
		default:
			return fmt.Errorf("%s is neither a file nor a directory", path)
		}
		if err != nil {
			return err
		}
		made = append(made, to)
		return owner.own(to)
	})
	if err != nil {
		return fmt.Errorf("postgres: copy %s: %w", src, err)
	}
	if !durable {
		return nil
	}
	// Side by side, so that the file system writes many with one commit.
	var group errgroup.Group
	group.SetLimit(32)
	for _, path := range append(made, filepath.Dir(dst)) {
		group.Go(func() error { return syncPath(path) })
	}
	return group.Wait()
}

func copyFile(dst, src string) (err error) {
	in, err := os.Open(src)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	out, err := os.OpenFile(dst, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// syncPath makes a file, or the names in a directory, reach the disk.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("postgres: sync %s: %w", path, err)
	}
	return nil
}
