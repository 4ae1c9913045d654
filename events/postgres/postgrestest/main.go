package postgrestest

import (
	"fmt"
	"os"
	"testing"
)

// M is a testing.M whose Run stops the server of the binary, if a test started
// one, and removes its files.
type M struct{ *testing.M }

// Run runs the tests and returns the exit code.
func (m M) Run() int {
	code := m.M.Run()
	if err := stop(); err != nil {
		fmt.Fprintf(os.Stderr, "postgrestest: stop the server: %v\n", err)
		return max(code, 1)
	}
	return code
}

// Main runs the tests, stops the server and returns the exit code, for TestMain:
//
//	func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }
func Main(m *testing.M) int { return M{M: m}.Run() }
