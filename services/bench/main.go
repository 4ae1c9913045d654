package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// wholeRun bounds a run, whatever the machine.
const wholeRun = 12 * time.Minute

// latest is where the figures are written.
var latest = filepath.Join(".bench", "latest.json")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run returns the exit code: 0 done, 1 something could not be measured, 2 usage.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		return 2
	}
	ctx, cancel := context.WithTimeout(ctx, wholeRun)
	defer cancel()
	if err := measure(ctx, c, stdout, stderr); err != nil {
		fmt.Fprintf(stderr, "bench: %v\n", err)
		return 1
	}
	return 0
}

// config is what the command line says.
type config struct {
	selected *regexp.Regexp
	quick    bool
	events   int    // of the log that is read and rebuilt
	dataset  string // the reference data set
	profile  string // directory of CPU profiles; "" for none
	command  string
}

func parse(args []string, stderr io.Writer) (config, error) {
	c := config{command: "go run ./services/bench " + strings.Join(args, " ")}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(stderr)
	pattern := f.String("run", "", "measure the rows whose name matches this `regexp` (default: all)")
	f.BoolVar(&c.quick, "quick", false, "short laps and small logs: a look, not a measurement")
	f.IntVar(&c.events, "events", 0, "`number` of events of the log that is read and rebuilt "+
		"(default 200000, with -quick 20000)")
	f.StringVar(&c.dataset, "dataset", filepath.Join("deploy", "examples", "hampshire-2013"),
		"`directory` of the reference data set")
	f.StringVar(&c.profile, "cpuprofile", "", "write a CPU profile of each row into this `directory`")
	f.Usage = func() {
		fmt.Fprintln(stderr, "usage: bench [flags]\n\nrows:")
		for _, r := range everyRow() {
			fmt.Fprintf(stderr, "  %-18s %s\n", r.name, r.what)
		}
		fmt.Fprintln(stderr, "\nflags:")
		f.PrintDefaults()
	}
	if err := f.Parse(args); err != nil {
		return c, err
	}
	refuse := func(format string, args ...any) (config, error) {
		err := fmt.Errorf(format, args...)
		fmt.Fprintf(stderr, "bench: %v\n", err)
		return c, err
	}
	if f.NArg() > 0 {
		return refuse("%q is no flag; rows are chosen with -run", f.Arg(0))
	}
	var err error
	if c.selected, err = regexp.Compile(*pattern); err != nil {
		return refuse("-run: %v", err)
	}
	switch {
	case c.events == 0 && c.quick:
		c.events = 20_000
	case c.events == 0:
		c.events = 200_000
	case c.events < 10_000 || c.events > 1_200_000:
		return refuse("-events %d: from 10,000 to 1,200,000", c.events)
	}
	return c, nil
}
