package local

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nats-io/nkeys"
)

// identity is one nkey user: its public key, which the server knows, and the file with its secret seed.
type identity struct {
	public string
	file   string
}

// loadIdentity reads the seed in dir/name.nk, or makes one if the file does not exist.
func loadIdentity(dir, name string) (identity, error) {
	path := filepath.Join(dir, name+".nk")
	seed, err := readSeed(path)
	if errors.Is(err, fs.ErrNotExist) {
		seed, err = createSeed(path)
	}
	if err != nil {
		return identity{}, fmt.Errorf("local: NATS credentials of %s: %w", name, err)
	}
	defer clear(seed)
	pair, err := nkeys.ParseDecoratedNKey(seed)
	if err != nil {
		return identity{}, fmt.Errorf("local: NATS credentials %s: not an nkey seed (%w); "+
			"remove the file to have new credentials made", path, err)
	}
	defer pair.Wipe()
	public, err := pair.PublicKey()
	if err != nil {
		return identity{}, fmt.Errorf("local: NATS credentials %s: %w", path, err)
	}
	if !nkeys.IsValidPublicUserKey(public) {
		return identity{}, fmt.Errorf("local: NATS credentials %s: the key is not a user's (seeds of users begin with SU)", path)
	}
	return identity{public: public, file: path}, nil
}

func readSeed(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if open := info.Mode().Perm() & 0o077; open != 0 {
		return nil, fmt.Errorf("%s has mode %04o, so others can read the secret; make it 0600 (chmod 600 %[1]s)",
			path, info.Mode().Perm())
	}
	return os.ReadFile(path)
}

// createSeed makes a new user key. The file appears whole or not at all, also after a crash. The directory is locked.
func createSeed(path string) ([]byte, error) {
	pair, err := nkeys.CreateUser()
	if err != nil {
		return nil, err
	}
	defer pair.Wipe()
	seed, err := pair.Seed()
	if err != nil {
		return nil, err
	}
	seed = bytes.Clone(seed)                                // Wipe clears the original
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*") // mode 0600
	if err != nil {
		return nil, err
	}
	_, err = tmp.Write(append(seed, '\n'))
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return nil, errors.Join(err, os.Remove(tmp.Name()))
	}
	return seed, nil
}
