package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/client"
	"github.com/aboveline/aboveline/services/importer"
	"github.com/aboveline/aboveline/services/query"
	"github.com/aboveline/aboveline/services/tables"
)

// inspection is the id under which the demo opens the reference inspection.
const inspection events.InspectionID = "hampshire-2013"

// figuresWithin bounds the wait for the figures.
const figuresWithin = 30 * time.Second

// Config is what the demo needs.
type Config struct {
	// Data is the data set directory.
	Data string
	// Out gets what the demo shows; Colour says whether it understands colours.
	Out    io.Writer
	Colour bool
}

// ErrMismatch is returned when a score is not the published one.
var ErrMismatch = errors.New("demo: not every outcome score is the published one")

// Run runs the demo. It returns nil if every outcome score is the published one
// and every step did what it should.
func Run(ctx context.Context, c Config) (err error) {
	d, err := importer.Read(c.Data, importer.Target{Inspection: inspection})
	if err != nil {
		return err
	}
	if len(d.Problems) > 0 {
		return fmt.Errorf("demo: the data set has %d bad rows, the first is %s", len(d.Problems), d.Problems[0])
	}
	p := &page{out: c.Out, colour: c.Colour}
	p.say("Starting a private NATS server and a private Postgres …")
	start := time.Now()
	s, err := startStack(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	p.say("  up in %s, in %s", since(start), s.dir)
	show := &demonstration{page: p, data: d, stack: s}
	for _, step := range []func(context.Context) error{
		show.open, show.send, show.scores, show.revise, show.edit, show.totals,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if !show.matched {
		return ErrMismatch
	}
	return nil
}

// demonstration is what one step leaves for the next.
type demonstration struct {
	page  *page
	data  *importer.Dataset
	stack *stack

	admin   *client.Client
	teams   []*team
	figures query.Scores
	matched bool
	entries int
	took    time.Duration // of the import until the figures were there
}

// open opens the programme and the inspection and gives each team its member.
func (d *demonstration) open(ctx context.Context) error {
	var err error
	if d.admin, err = d.stack.client(); err != nil {
		return err
	}
	if _, err := d.data.Open(ctx, d.admin, inspection); err != nil {
		return err
	}
	for _, name := range []string{"north", "south", "east", "west"} {
		t, err := d.stack.team(ctx, d.admin, name)
		if err != nil {
			return err
		}
		d.teams = append(d.teams, t)
	}
	return nil
}

// send imports the data set, a share for each team, all at once.
func (d *demonstration) send(ctx context.Context) error {
	d.entries = len(d.data.Cases) + len(d.data.Rest)
	d.page.say("Four teams submit %d entries at once, over NATS …", d.entries)
	through := make([]client.Submitter, len(d.teams))
	for n, t := range d.teams {
		through[n] = t.door
	}
	start := time.Now()
	r, err := d.data.Send(ctx, inspection, through, nil)
	if err != nil {
		return err
	}
	if r.Refused() > 0 {
		return fmt.Errorf("demo: %d entries were refused, the first is %s", r.Refused(), r.Problems[0])
	}
	recorded := since(start)
	if err := d.admin.CatchUp(ctx, inspection, r.Position, figuresWithin); err != nil {
		return err
	}
	d.took = time.Since(start)
	d.page.say("  %d receipts after %s, figures up to date after %s", r.Recorded, recorded, since(start))
	return nil
}

// scores shows the figures, those that were published beside them.
func (d *demonstration) scores(ctx context.Context) error {
	var err error
	if d.figures, err = d.admin.Scores(ctx, inspection, client.ScoresOf{}); err != nil {
		return err
	}
	rows, matched := d.compare()
	d.matched = matched
	if matched {
		rows += "\nEvery score is the published one."
	} else {
		rows += "\nNot every score is the published one."
	}
	d.page.say("\n%s\n\n%s\n\n%s", rows, tables.Grid(d.figures), tables.Sections(d.figures))
	return nil
}

// totals says how much there is and how long it took.
func (d *demonstration) totals(context.Context) error {
	rate := float64(d.entries) / d.took.Seconds()
	d.page.say("\n%d events in the ledger; %d entries from door to figures in %.2f s: %.0f events/s",
		d.figures.Position, d.entries, d.took.Seconds(), rate)
	return nil
}
