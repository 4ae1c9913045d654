package postgres_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/aboveline/aboveline/events/postgres"
)

// childDir names, in the environment, the directory in which a child of the test
// runs a server until it is killed.
const childDir = "ABOVELINE_POSTGRES_TEST_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		os.Exit(child(dir))
	}
	goleak.VerifyTestMain(m)
}

// child starts a server, prints its URL and stays until its input ends.
func child(dir string) int {
	s, err := postgres.Start(context.Background(), postgres.Config{Dir: dir})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(s.AdminURL())
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return 1
	}
	return 0 // without a Stop: the kernel has to end the server
}
