package scores_test

import (
	"flag"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	// The properties draw whole programmes. For a longer look:
	// go test -rapid.checks 1000.
	if err := flag.Set("rapid.checks", "40"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
