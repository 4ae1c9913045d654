package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/alecthomas/kong"
)

// Exit codes.
const (
	// ExitDone: everything was done.
	ExitDone = 0
	// ExitFailed: it was not done; standard error says why.
	ExitFailed = 1
	// ExitUsage: the command line is not one that can be run.
	ExitUsage = 2
	// ExitRefused: done, but some entries were refused; the output says which.
	ExitRefused = 3
)

// root is the whole command line.
type root struct {
	Server    string `env:"ABOVELINE_SERVER" default:"http://127.0.0.1:8080" placeholder:"URL" help:"Server to talk to (${env})."`
	TokenFile string `env:"ABOVELINE_TOKEN_FILE" placeholder:"FILE" help:"File with a bearer token (${env}); serve writes admin.token into its data directory."`
	JSON      bool   `name:"json" help:"Print JSON, for scripts."`

	Serve       serveCommand       `cmd:"" help:"Serve everything on this machine."`
	Demo        demoCommand        `cmd:"" help:"Import the reference inspection into a private stack and show its scores."`
	Import      importCommand      `cmd:"" help:"Import a data set directory into an inspection."`
	Submit      submitCommand      `cmd:"" help:"Submit a file of entries (NDJSON)."`
	Scores      scoresCommand      `cmd:"" help:"Print the figures of an inspection."`
	Explain     explainCommand     `cmd:"" help:"Print every change of a figure: who, when, what, from what to what."`
	Framework   frameworkCommand   `cmd:"" help:"Publish a framework, preview what it would change, or compare it with the current one."`
	Rollback    rollbackCommand    `cmd:"" help:"Make the framework revision before the current one current again."`
	Team        teamCommand        `cmd:"" help:"Who may work in an inspection."`
	Token       tokenCommand       `cmd:"" help:"Print a bearer token of the server's own issuer."`
	Export      exportCommand      `cmd:"" help:"Print the events of a programme (NDJSON)."`
	Checkpoint  checkpointCommand  `cmd:"" help:"Print a signed checkpoint of a programme's ledger."`
	Proof       proofCommand       `cmd:"" help:"Prove that an event is in the ledger, and check the proof."`
	Verify      verifyCommand      `cmd:"" help:"Read the whole ledger again and say whether anything was altered."`
	Replay      replayCommand      `cmd:"" help:"Build a read model anew beside the one that is read, check it and switch to it."`
	Generations generationsCommand `cmd:"" help:"List the generations of the read models, or go back to the previous one."`
	Parked      parkedCommand      `cmd:"" help:"List events that a read model could not apply, or try them again."`
	Version     versionCommand     `cmd:"" help:"Print the version."`
}

const description = "Records what inspection teams find, and shows how every figure came to be."

// Run runs one command line and returns the exit code. The context ends what the
// command does; a server that it ends stops cleanly.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var r root
	helped := false
	k, err := kong.New(&r, kong.Name("aboveline"), kong.Description(description), kong.Writers(stdout, stderr),
		kong.Vars{"example": example}, kong.Exit(func(int) { helped = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}))
	if err != nil {
		fmt.Fprintln(stderr, "aboveline:", err)
		return ExitFailed
	}
	c, err := k.Parse(args)
	if helped { // and nothing else
		return ExitDone
	}
	if err != nil {
		fmt.Fprintf(stderr, "aboveline: %v\nTry 'aboveline --help', or --help behind a command.\n", err)
		return ExitUsage
	}
	s := &session{
		stdin: stdin, stdout: stdout, stderr: stderr, json: r.JSON, server: r.Server, tokenFile: r.TokenFile,
	}
	c.BindTo(ctx, (*context.Context)(nil))
	return s.exit(ctx, c.Run(s))
}
