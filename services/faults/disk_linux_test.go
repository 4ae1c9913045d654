package faults_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// small makes a file system of a few MiB for the directory, where the machine lets
// us, which takes root.
func small(t *testing.T, dir string, size string) bool {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "mode=0700,size="+size); err != nil {
		t.Logf("no file system of its own for %s (%v)", filepath.Base(dir), err)
		return false
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return true
}
