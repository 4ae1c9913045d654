package cli

import (
	"fmt"
	"runtime"
)

// Version is the version of this build. The build sets it (-ldflags -X).
var Version = "devel"

type versionCommand struct{}

// Run prints the version and what it was built with.
func (versionCommand) Run(s *session) error {
	if s.json {
		return s.printJSON(struct {
			Version string `json:"version"`
			Go      string `json:"go"`
		}{Version, runtime.Version()})
	}
	_, err := fmt.Fprintf(s.stdout, "aboveline %s (%s, %s/%s)\n", Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
