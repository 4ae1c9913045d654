package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sync/errgroup"

	"github.com/aboveline/aboveline/services/query"
)

const dataset = "../../deploy/examples/hampshire-2013"

func TestScripts(t *testing.T) {
	t.Parallel()
	data, err := filepath.Abs(dataset)
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("ABOVELINE_SERVER", server.URL)
			e.Setenv("ABOVELINE_TOKEN_FILE", server.AdminTokenFile)
			e.Setenv("NATS", server.NATSURL)
			e.Setenv("NATS_CREDS", server.NATSCredsFile)
			e.Setenv("DATA", data)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "expected": expected, "utf16": utf16, "huge": huge, "replace": replace, "save": save, "race": race,
		},
	})
}

// exits CODE COMMAND...: runs the command, which must exit with the code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := "0"
	if err != nil {
		code = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if code != args[0] {
		ts.Fatalf("%s exits with %s, want %s", strings.Join(args[1:], " "), code, args[0])
	}
}

// expected: the scores on stdout are those of expected.json, exactly.
func expected(ts *testscript.TestScript, _ bool, _ []string) {
	var got query.Scores
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &got))
	want, err := readExpected()
	ts.Check(err)
	if diff := cmp.Diff(want, summarise(got)); diff != "" {
		ts.Fatalf("scores (-want +got):\n%s", diff)
	}
}

// utf16 FILE: rewrites the file in UTF-16 with a byte order mark.
func utf16(ts *testscript.TestScript, _ bool, args []string) {
	out := []byte{0xff, 0xfe}
	for _, b := range []byte(ts.ReadFile(args[0])) {
		out = append(out, b, 0)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), out, 0o600))
}

// huge FILE: makes a file of 100 MB without a line end.
func huge(ts *testscript.TestScript, _ bool, args []string) {
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	defer f.Close()
	block := []byte(strings.Repeat("x", 1<<20))
	for range 100 {
		_, err := f.Write(block)
		ts.Check(err)
	}
}

// replace OLD NEW FILE: replaces the first occurrence, which must be there.
func replace(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[2])
	if !strings.Contains(text, args[0]) {
		ts.Fatalf("%s does not contain %q", args[2], args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(strings.Replace(text, args[0], args[1], 1)), 0o600))
}

// save FILE: writes stdout to the file.
func save(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(ts.ReadFile("stdout")), 0o600))
}

// race FILE TOKEN FILE TOKEN: submits both files at once, each from a process of
// its own, and writes what both print to the file raced. One must exit with 0 and
// the other with 3.
func race(ts *testscript.TestScript, _ bool, args []string) {
	var outs [2]bytes.Buffer
	var codes [2]int
	var g errgroup.Group
	for n := range outs {
		c := exec.Command("aboveline", "submit", args[2*n], "--json", "--token-file", args[2*n+1], "--server", server.URL)
		c.Dir, c.Stdout = ts.MkAbs("."), &outs[n]
		ts.Check(c.Start())
		g.Go(func() error {
			err := c.Wait()
			codes[n] = c.ProcessState.ExitCode()
			if _, exited := errors.AsType[*exec.ExitError](err); exited {
				return nil
			}
			return err
		})
	}
	ts.Check(g.Wait())
	if codes != [2]int{0, 3} && codes != [2]int{3, 0} {
		ts.Fatalf("exit codes %v\n%s%s", codes, &outs[0], &outs[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs("raced"), append(outs[0].Bytes(), outs[1].Bytes()...), 0o600))
}
