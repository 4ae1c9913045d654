package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aboveline/aboveline/services/cli"
	"github.com/aboveline/aboveline/services/client"
	"github.com/aboveline/aboveline/services/importer"
	"github.com/aboveline/aboveline/services/query"
)

// run runs one command line within the process.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, problems bytes.Buffer
	args = append(args, "--server", server.URL, "--token-file", server.AdminTokenFile)
	code = cli.Run(t.Context(), args, strings.NewReader(""), &out, &problems)
	return code, out.String(), problems.String()
}

func TestAnImportInterruptedHalfWayIsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	d, err := importer.Read(dataset, importer.Target{Inspection: "interrupted"})
	if err != nil {
		t.Fatal(err)
	}
	token, err := client.TokenFrom(server.AdminTokenFile)
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.New(server.URL, token)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Open(t.Context(), c, "interrupted"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err = d.Send(ctx, "interrupted", []client.Submitter{c, c, c, c}, func(done, total int) {
		if done > total/2 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want an interruption", err)
	}

	code, out, problems := run(t, "import", dataset, "--inspection", "interrupted", "--json")
	if code != cli.ExitDone {
		t.Fatalf("exit %d: %s", code, problems)
	}
	var got struct{ Recorded, Duplicates, Conflicts, Rejected int }
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	all := len(d.Cases) + len(d.Rest)
	if got.Recorded == 0 || got.Duplicates < all/2 || got.Recorded+got.Duplicates != all || got.Conflicts+got.Rejected != 0 {
		t.Errorf("of %d entries: %+v", all, got)
	}

	code, out, problems = run(t, "scores", "interrupted", "--json")
	if code != cli.ExitDone {
		t.Fatalf("exit %d: %s", code, problems)
	}
	var figures query.Scores
	if err := json.Unmarshal([]byte(out), &figures); err != nil {
		t.Fatal(err)
	}
	want, err := readExpected()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, summarise(figures)); diff != "" {
		t.Errorf("scores (-want +got):\n%s", diff)
	}
}

func TestCommandsEndWithTheirContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, problems bytes.Buffer
	code := cli.Run(ctx, []string{
		"import", dataset, "--inspection", "never", "--server", server.URL, "--token-file", server.AdminTokenFile,
	}, strings.NewReader(""), &out, &problems)
	if code != cli.ExitFailed || !strings.Contains(problems.String(), "interrupted") || out.Len() > 0 {
		t.Errorf("exit %d, stdout %q, stderr %q", code, out.String(), problems.String())
	}
}
