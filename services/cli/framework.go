package cli

import (
	"context"
	"fmt"
	"os"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/services/api"
	"github.com/aboveline/aboveline/services/client"
	"github.com/aboveline/aboveline/services/query"
)

type frameworkCommand struct {
	Publish frameworkPublish `cmd:"" help:"Make a file the current framework of a programme."`
	Preview frameworkPreview `cmd:"" help:"Show what a file would do to every score, without publishing it."`
	Diff    frameworkDiff    `cmd:"" help:"Show how a file differs from the current framework."`
	Drafts  frameworkDrafts  `cmd:"" help:"List frameworks that are kept for others to look at, or drop one."`
}

type frameworkPublish struct {
	File      string `arg:"" help:"Framework file (YAML)."`
	Programme string `required:"" placeholder:"ID" help:"Programme."`
	Reason    string `placeholder:"TEXT" help:"Why the criteria change; kept with the revision, readable by all who read the framework."`
	Base      int    `default:"-1" placeholder:"N" help:"Revision that the file was made from (default: the current one)."`
}

// published is what publishing prints as JSON.
type published struct {
	Programme   events.Programme `json:"programme"`
	Revision    int              `json:"revision"`
	Position    events.Position  `json:"position"`
	ID          events.EventID   `json:"id"`
	ContentHash string           `json:"content_hash"`
	Diff        framework.Diff   `json:"diff"`
}

// Run publishes the file, and returns when the scores show it.
func (c frameworkPublish) Run(ctx context.Context, s *session) error {
	api, source, err := s.frameworkFile(c.File)
	if err != nil {
		return err
	}
	p := events.Programme(c.Programme)
	before, err := api.Framework(ctx, p)
	if err != nil {
		return err
	}
	if c.Base < 0 {
		c.Base = before.Revision
	}
	out, lines, err := differs(before, source)
	if err != nil {
		return err
	}
	r, err := api.PublishFramework(ctx, p, c.Base, source, c.Reason)
	if err != nil {
		return err
	}
	s.awaitScores(ctx, api, p, r.Position)
	now, err := api.Framework(ctx, p)
	if err != nil {
		return err
	}
	out.Programme, out.Revision, out.Position, out.ID = p, now.Revision, r.Position, r.ID
	if s.json {
		return s.printJSON(out)
	}
	_, err = fmt.Fprintf(s.stdout, "%s: framework revision %d, position %d\n%s", p, out.Revision, r.Position, lines)
	return err
}

// differs says what the file changes, against the framework before it.
func differs(before query.Framework, source string) (published, string, error) {
	to, err := framework.Parse("framework", []byte(source))
	if err != nil {
		return published{}, "", err
	}
	out := published{ContentHash: to.Hash, Diff: framework.Diff{To: to.Hash, Changes: []framework.Change{}}}
	if before.Revision == 0 {
		return out, "", nil
	}
	from, err := framework.Parse("current framework", []byte(before.Source))
	if err != nil {
		return out, "", err
	}
	out.Diff = framework.Compare(from, to)
	return out, out.Diff.String(), nil
}

type frameworkDiff struct {
	File      string `arg:"" help:"Framework file (YAML)."`
	Programme string `required:"" placeholder:"ID" help:"Programme with whose current framework to compare."`
}

// Run prints what the file would change.
func (c frameworkDiff) Run(ctx context.Context, s *session) error {
	api, source, err := s.frameworkFile(c.File)
	if err != nil {
		return err
	}
	d, err := api.Diff(ctx, events.Programme(c.Programme), source)
	if err != nil {
		return err
	}
	if s.json {
		return s.printJSON(d)
	}
	_, err = fmt.Fprintf(s.stdout, "%s against revision %d of %s:\n%s", c.File, d.FromRevision, c.Programme, d.Diff)
	return err
}

// maxFramework is the largest framework file that is read, in bytes; a server
// takes no larger one.
const maxFramework = api.BodyLimit

// frameworkFile reads a framework and checks it here, where its name is known.
func (s *session) frameworkFile(path string) (*client.Client, string, error) {
	server, err := s.client()
	if err != nil {
		return nil, "", err
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, "", usagef("%v", err)
	case !info.Mode().IsRegular():
		return nil, "", usagef("%s is not a file", path)
	case info.Size() > maxFramework:
		return nil, "", fmt.Errorf("%s has %d bytes; a framework has at most %d", path, info.Size(), maxFramework)
	}
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, "", err
	}
	if _, err := framework.Parse(path, source); err != nil {
		if framework.IsProblems(err) {
			fmt.Fprintln(s.stderr, err)
			return nil, "", errReported
		}
		return nil, "", err
	}
	return server, string(source), nil
}
