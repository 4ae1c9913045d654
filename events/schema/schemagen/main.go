// Command schemagen writes the files of events/schema. It is run by go generate,
// in that directory. It refuses to change the schema of a kind of event that
// versions.lock holds.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/schema"
)

func main() {
	if err := run(".", events.Current()); err != nil {
		fmt.Fprintln(os.Stderr, "schemagen:", err)
		os.Exit(1)
	}
}

// run writes all files, or none when a locked kind has changed.
func run(dir string, r *events.Registry) error {
	generated, err := schema.Generate(r)
	if err != nil {
		return err
	}
	lockFile := filepath.Join(dir, "versions.lock")
	text, err := os.ReadFile(lockFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	lock, err := schema.ParseLock(text)
	if err != nil {
		return err
	}
	if lock, err = lock.Extend(generated.Kinds); err != nil {
		return err
	}
	generated.Files["versions.lock"] = lock.Encode()
	for name, text := range generated.Files {
		//nolint:gosec // committed files are for everyone to read
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
