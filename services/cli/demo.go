package cli

import (
	"context"
	"os"
	"path/filepath"

	"github.com/aboveline/aboveline/services/demo"
)

type demoCommand struct {
	Data string `placeholder:"DIR" help:"Data set directory (default: ${example}, looked for upwards)."`
}

// example is where a checkout has the reference data set.
const example = "deploy/examples/hampshire-2013"

// Run runs the demo.
func (c demoCommand) Run(ctx context.Context, s *session) error {
	if s.json {
		return usagef("the demo is for people and has no --json; use import and scores")
	}
	if c.Data == "" {
		var ok bool
		if c.Data, ok = findExample(); !ok {
			return usagef("there is no %s here or above; name the data set directory with --data", example)
		}
	}
	return demo.Run(ctx, demo.Config{
		Data: c.Data, Out: s.stdout, Colour: terminal(s.stdout) && os.Getenv("NO_COLOR") == "",
	})
}

// findExample looks from the working directory upwards, and then from the binary.
func findExample() (string, bool) {
	var from []string
	if dir, err := os.Getwd(); err == nil {
		from = append(from, dir)
	}
	if binary, err := os.Executable(); err == nil {
		from = append(from, filepath.Dir(binary))
	}
	for _, dir := range from {
		for {
			path := filepath.Join(dir, filepath.FromSlash(example))
			if _, err := os.Stat(filepath.Join(path, "framework.yaml")); err == nil {
				return path, true
			}
			up := filepath.Dir(dir)
			if up == dir {
				break
			}
			dir = up
		}
	}
	return "", false
}
