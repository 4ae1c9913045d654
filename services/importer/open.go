package importer

import (
	"context"
	"errors"
	"fmt"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/client"
)

// Opened is what an inspection needed before rows could be sent to it.
type Opened struct {
	// Programme and Inspection are true where they were opened now.
	Programme, Inspection bool
	// Framework is the current revision, Published whether it was published now.
	Framework int
	Published bool
	// Differs: the current framework is not the directory's.
	Differs bool
	// Hindrance is why the inspection could not be opened by this caller; it may be
	// open all the same, which sending will show.
	Hindrance error
}

// Open opens the programme, with the directory's framework as its first revision,
// and the inspection where they do not exist yet. Several imports may do this at
// once: what another one opened first is as good.
func (d *Dataset) Open(
	ctx context.Context, c *client.Client, i events.InspectionID,
) (o Opened, err error) {
	p := d.target.Programme
	current, err := c.Framework(ctx, p)
	switch {
	case client.HasCode(err, "not_found"):
		_, err = c.OpenProgramme(ctx, p, "")
		if err != nil && !client.HasCode(err, "programme_exists") {
			return o, fmt.Errorf("importer: open programme %q: %w", p, err)
		}
		o.Programme = err == nil
	case err != nil:
		return o, fmt.Errorf("importer: framework of programme %q: %w", p, err)
	}
	if current.Revision == 0 {
		_, err = c.PublishFramework(ctx, p, 0, string(d.Framework.Source), "")
		o.Published = err == nil
		if err != nil && !client.HasCode(err, "stale_framework") {
			return o, fmt.Errorf("importer: publish the framework of programme %q: %w", p, err)
		}
		if current, err = c.Framework(ctx, p); err != nil {
			return o, fmt.Errorf("importer: framework of programme %q: %w", p, err)
		}
	}
	o.Framework, o.Differs = current.Revision, current.ContentHash != d.Framework.Hash
	_, err = c.OpenInspection(ctx, p, i, "")
	switch {
	case err == nil:
		o.Inspection = true
	case client.HasCode(err, "inspection_exists"):
		return o, elsewhere(ctx, c, p, i)
	case client.HasCode(err, "forbidden"):
		o.Hindrance = err
	default:
		return o, fmt.Errorf("importer: open inspection %q: %w", i, err)
	}
	return o, nil
}

// elsewhere refuses an inspection that belongs to another programme, as far as the
// caller may know.
func elsewhere(ctx context.Context, c *client.Client, p events.Programme, i events.InspectionID) error {
	s, err := c.Scores(ctx, i, client.ScoresOf{})
	if err != nil {
		// Not readable, or not yet: whether rows belong there, their receipts tell.
		return context.Cause(ctx)
	}
	if s.Programme != p {
		return fmt.Errorf("importer: inspection %q belongs to programme %q, not to %q; choose another id for it, or --programme",
			i, s.Programme, p)
	}
	return nil
}

// Hindered adds why the inspection could not be opened to the error of sending to
// one that is not there.
func (o Opened) Hindered(err error) error {
	if o.Hindrance != nil && client.HasCode(err, "not_found") {
		return errors.Join(err, o.Hindrance)
	}
	return err
}
