package vault_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aboveline/aboveline/events/vault"
)

func TestMasterKeyFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "master.key")
	if _, err := vault.LoadMasterKey(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a key that is not there: %v", err)
	}
	if _, err := vault.CreateMasterKey(path); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil || len(before) != 32 {
		t.Fatalf("%d bytes, %v", len(before), err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := vault.CreateMasterKey(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second key under the same name: %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file changed (%v)", err)
	}
	if names, err := os.ReadDir(filepath.Dir(path)); err != nil || len(names) != 1 {
		t.Errorf("beside the key there is something else: %v, %v", names, err)
	}
	for _, mode := range []fs.FileMode{0o600, 0o400} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := vault.LoadMasterKey(path); err != nil {
			t.Errorf("mode %04o: %v", mode, err)
		}
	}
}

func TestMasterKeyFileIsRefused(t *testing.T) {
	t.Parallel()
	good := []byte("0123456789abcdef0123456789abcdef")
	for name, tc := range map[string]struct {
		content []byte
		mode    fs.FileMode
		want    string
	}{
		"group may read":  {good, 0o640, "chmod 600"},
		"others may read": {good, 0o604, "chmod 600"},
		"too short":       {good[:31], 0o600, "has 31 bytes"},
		"too long":        {append(good[:32:32], '\n'), 0o600, "has 33 bytes"},
		"empty":           {nil, 0o600, "has 0 bytes"},
		"zeroes":          {make([]byte, 32), 0o600, "repeats one byte"},
	} {
		path := filepath.Join(t.TempDir(), "key")
		if err := errors.Join(os.WriteFile(path, tc.content, tc.mode), os.Chmod(path, tc.mode)); err != nil {
			t.Fatal(err)
		}
		if _, err := vault.LoadMasterKey(path); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
	if _, err := vault.LoadMasterKey(t.TempDir()); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a directory: %v", err)
	}
}
