package cli

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/services/client"
	"github.com/aboveline/aboveline/services/courier"
	"github.com/aboveline/aboveline/services/importer"
)

type importCommand struct {
	Dir         string    `arg:"" help:"Directory with framework.yaml, cases.csv and the other tables."`
	Inspection  string    `required:"" placeholder:"ID" help:"Inspection to import into; opened if it does not exist."`
	Programme   string    `placeholder:"ID" help:"Programme of the inspection (default: meta.framework_id); opened if it does not exist."`
	Strict      bool      `help:"Send nothing if any row is bad or contradicts a relevance rule."`
	OccurredAt  time.Time `placeholder:"TIME" help:"When the judgements were made, RFC 3339 (default: meta.published)."`
	NATS        string    `name:"nats" env:"ABOVELINE_NATS_URL" placeholder:"URL" help:"Send through the NATS door at this server (${env})."`
	NATSCreds   string    `name:"nats-creds" env:"ABOVELINE_NATS_CREDS" placeholder:"FILE" help:"Credentials for --nats (${env})."`
	Concurrency int       `default:"4" help:"Submissions under way at once."`

	Patience time.Duration `default:"2m" help:"How long to wait for a server that is away or busy."`
}

// imported is the result as scripts see it.
type imported struct {
	Programme         events.Programme    `json:"programme"`
	Inspection        events.InspectionID `json:"inspection"`
	FrameworkRevision int                 `json:"framework_revision,omitempty"`
	importer.Result
	Seconds          float64 `json:"seconds"`
	EntriesPerSecond int     `json:"entries_per_second"`
}

// Run imports the directory.
func (c importCommand) Run(ctx context.Context, s *session) error {
	if c.Concurrency < 1 || c.Concurrency > 64 {
		return usagef("--concurrency: %d is not from 1 to 64", c.Concurrency)
	}
	if c.NATSCreds != "" && c.NATS == "" {
		return usagef("--nats-creds goes with --nats")
	}
	if info, err := os.Stat(c.Dir); err != nil || !info.IsDir() {
		return usagef("%s is not a directory; name one with framework.yaml and cases.csv", c.Dir)
	}
	api, err := s.client()
	if err != nil {
		return err
	}
	d, err := importer.Read(c.Dir, importer.Target{
		Programme: events.Programme(c.Programme), Inspection: events.InspectionID(c.Inspection), OccurredAt: c.OccurredAt,
	})
	if framework.IsProblems(err) {
		fmt.Fprintf(s.stderr, "%v\naboveline: nothing was sent: the framework has problems\n", err)
		return errReported
	}
	if err != nil {
		return err
	}
	out := imported{Programme: d.Programme(), Inspection: events.InspectionID(c.Inspection)}
	if c.Strict {
		if bad := d.Strictly(); len(bad) > 0 {
			out.Result = importer.Result{Rejected: len(bad), Problems: bad}
			return c.refuse(s, out)
		}
	}
	return c.send(ctx, s, api, d, out)
}

// refuse reports what is wrong with a directory that is not sent at all.
func (c importCommand) refuse(s *session, out imported) error {
	if s.json {
		if err := s.printJSON(out); err != nil {
			return err
		}
	} else {
		s.problems(out.Problems)
	}
	fmt.Fprintf(s.stderr, "aboveline: nothing was sent: %d bad rows, and --strict was given\n", len(out.Problems))
	return errReported
}

func (c importCommand) send(
	ctx context.Context, s *session, api *client.Client, d *importer.Dataset, out imported,
) error {
	opened, err := d.Open(ctx, api, out.Inspection)
	if err != nil {
		return err
	}
	if out.FrameworkRevision = opened.Framework; opened.Differs {
		fmt.Fprintf(s.stderr, "aboveline: %s/framework.yaml is not the framework of programme %s (revision %d), "+
			"which holds; `aboveline framework diff` shows the difference\n", c.Dir, out.Programme, opened.Framework)
	}
	through, done, err := c.submitters(ctx, api)
	if err != nil {
		return err
	}
	defer done()
	bar := s.progress("Importing", len(d.Cases)+len(d.Rest))
	start := time.Now()
	out.Result, err = d.Send(ctx, out.Inspection, through, bar.done)
	seconds := time.Since(start).Seconds()
	bar.stop()
	if err != nil {
		if n := out.Recorded + out.Duplicates; n > 0 {
			fmt.Fprintf(s.stderr, "aboveline: stopped after %d entries; running the same import again sends the rest\n", n)
		}
		return opened.Hindered(err)
	}
	if api.CatchUp(ctx, out.Inspection, out.Position, figuresWithin) != nil {
		fmt.Fprintln(s.stderr, "aboveline: everything is recorded; the figures are still catching up")
	}
	out.Seconds = float64(int(seconds*1000)) / 1000
	out.EntriesPerSecond = int(float64(len(d.Cases)+len(d.Rest)) / max(seconds, 0.001))
	return s.printImport(out)
}

// submitters are the doors that share the work, and what closes them.
func (c importCommand) submitters(ctx context.Context, api *client.Client) ([]client.Submitter, func(), error) {
	var door client.Submitter = api
	done := func() {}
	if c.NATS != "" {
		ctx, cancel := context.WithTimeout(ctx, natsWithin)
		defer cancel()
		nc, err := courier.Connect(ctx, courier.ConnectConfig{
			URL: c.NATS, Credentials: c.NATSCreds, Name: "aboveline import", Log: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			return nil, nil, err
		}
		door, done = client.NATS{Conn: nc, Client: api}, nc.Close
	}
	through := make([]client.Submitter, c.Concurrency)
	for n := range through {
		through[n] = patient{door, c.Patience}
	}
	return through, done, nil
}

// natsWithin bounds the wait for a NATS server that does not answer.
const natsWithin = 10 * time.Second

func (s *session) printImport(out imported) error {
	if s.json {
		if err := s.printJSON(out); err != nil {
			return err
		}
	} else {
		s.problems(out.Problems)
		fmt.Fprintf(s.stdout, "%s: %d recorded, %d duplicates, %d conflicts, %d rejected in %.1f s (%d entries/s)\n",
			out.Inspection, out.Recorded, out.Duplicates, out.Conflicts, out.Rejected, out.Seconds, out.EntriesPerSecond)
	}
	if out.Refused() > 0 {
		return errRefused
	}
	return nil
}

// shown is the number of problems that are listed for a person.
const shown = 200

// problems lists problems, one a line.
func (s *session) problems(all []importer.Problem) {
	for n, p := range all {
		if n == shown {
			fmt.Fprintf(s.stderr, "… and %d more; --json gives all of them\n", len(all)-shown)
			return
		}
		fmt.Fprintln(s.stderr, p)
	}
}
