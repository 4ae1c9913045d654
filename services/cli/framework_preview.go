package cli

import (
	"context"
	"fmt"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/client"
	"github.com/aboveline/aboveline/services/query"
	"github.com/aboveline/aboveline/services/tables"
)

type frameworkPreview struct {
	File      string `arg:"" optional:"" help:"Framework file (YAML)."`
	Draft     string `placeholder:"NAME" help:"A draft that was kept, in place of a file; it is previewed with the answers of now."`
	Programme string `required:"" placeholder:"ID" help:"Programme whose scores to look at."`
	Keep      string `placeholder:"NAME" help:"Keep the file as a draft that others can preview, with your name and the time."`
	CSV       bool   `name:"csv" help:"Print the figures that would move as CSV."`
	Cases     int    `default:"-1" placeholder:"N" help:"List at most N cases with --json (default: 10000)."`
	All       bool   `help:"All rows, also on a terminal."`
}

// mostRows is how many rows of a table a terminal shows.
const mostRows = 40

// Run prints what would move.
func (c frameworkPreview) Run(ctx context.Context, s *session) error {
	switch {
	case (c.File == "") == (c.Draft == ""):
		return usagef("name a framework file, or a draft with --draft")
	case c.Draft != "" && c.Keep != "":
		return usagef("--keep keeps a file; %q is kept already", c.Draft)
	case c.CSV && s.json:
		return usagef("choose one of --csv and --json")
	}
	p := events.Programme(c.Programme)
	api, of, err := c.subject(s)
	if err != nil {
		return err
	}
	out, err := api.Preview(ctx, p, of)
	if err != nil {
		return err
	}
	if c.Keep != "" {
		d, err := api.KeepDraft(ctx, p, c.Keep, of.Source)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.stderr, "kept as draft %q by %s; look at it with: aboveline framework preview --draft %q --programme %s\n",
			d.Name, d.Actor, d.Name, p)
	}
	return c.print(s, out)
}

// subject is what is previewed.
func (c frameworkPreview) subject(s *session) (*client.Client, client.PreviewOf, error) {
	of := client.PreviewOf{Draft: c.Draft}
	if c.Cases >= 0 {
		of.Cases = &c.Cases
	} else if !s.json { // nothing else prints them
		of.Cases = new(int)
	}
	if c.Draft != "" {
		api, err := s.client()
		return api, of, err
	}
	api, source, err := s.frameworkFile(c.File)
	of.Source = source
	return api, of, err
}

func (c frameworkPreview) print(s *session, out query.Preview) error {
	switch {
	case s.json:
		return s.printJSON(out)
	case c.CSV:
		return tables.PreviewCSV(s.stdout, out)
	}
	rows := 0
	if !c.All && terminal(s.stdout) {
		rows = mostRows
	}
	name := c.File
	if name == "" {
		name = "draft " + c.Draft
	}
	return tables.Preview(s.stdout, name, out, rows)
}

type frameworkDrafts struct {
	Programme string `required:"" placeholder:"ID" help:"Programme."`
	Drop      string `placeholder:"NAME" help:"Drop a draft; those of others only who may publish."`
}

// Run lists the drafts, or drops one.
func (c frameworkDrafts) Run(ctx context.Context, s *session) error {
	api, err := s.client()
	if err != nil {
		return err
	}
	p := events.Programme(c.Programme)
	if c.Drop != "" {
		d, err := api.DropDraft(ctx, p, c.Drop)
		if err != nil {
			return err
		}
		if s.json {
			return s.printJSON(d)
		}
		_, err = fmt.Fprintf(s.stdout, "draft %q of %s is dropped\n", d.Name, d.Actor)
		return err
	}
	drafts, err := api.Drafts(ctx, p)
	if err != nil {
		return err
	}
	if s.json {
		return s.printJSON(query.Drafts{Drafts: drafts})
	}
	_, err = fmt.Fprintln(s.stdout, tables.Drafts(p, drafts))
	return err
}
