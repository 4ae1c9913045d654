package demo

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/services/client"
	"github.com/aboveline/aboveline/services/query"
	"github.com/aboveline/aboveline/services/tables"
)

// edit changes the criteria without fear: it previews an edit, publishes it while
// entries arrive, replays the scores under it, explains what moved, and takes it
// back.
func (d *demonstration) edit(ctx context.Context) error {
	question, source, err := stricter(d.data.Framework)
	if err != nil {
		return err
	}
	p := d.figures.Programme
	d.page.say("\nAn editor draws the line of question %s higher and asks what that would do:\n", question)
	preview, err := d.admin.Preview(ctx, p, client.PreviewOf{Source: source})
	if err != nil {
		return err
	}
	if err := tables.Preview(d.page.out, "The edit", preview, 8); err != nil {
		return err
	}
	before := d.figures
	if err := d.publish(ctx, p, source); err != nil {
		return err
	}
	if err := d.asPreviewed(preview); err != nil {
		return err
	}
	if err := d.rollback(ctx, p); err != nil {
		return err
	}
	for _, f := range d.figures.Figures {
		if !same(f, figure(before, f.Figure)) {
			return fmt.Errorf("demo: after the rollback %s is not what it was", f.Figure)
		}
	}
	rows, matched := d.compare()
	d.matched = d.matched && matched
	d.page.say("\n%s", rows)
	return nil
}

// publish publishes the edit and replays the scores while a team keeps submitting.
func (d *demonstration) publish(ctx context.Context, p events.Programme, source string) error {
	g, busy := errgroup.WithContext(ctx)
	stop := make(chan struct{})
	arrived := 0
	g.Go(func() (err error) { arrived, err = d.keepSubmitting(busy, stop); return err })
	g.Go(func() error {
		defer close(stop)
		receipt, err := d.admin.PublishFramework(busy, p, d.figures.FrameworkRevision, source, "partly met is not met")
		if err != nil {
			return err
		}
		if err := d.admin.CatchUp(busy, inspection, receipt.Position, figuresWithin); err != nil {
			return err
		}
		d.page.say("\nIt is published as revision %d, at position %d, while questionnaires arrive.",
			receipt.Revision, receipt.Position)
		if err := d.replay(busy, p); err != nil {
			return err
		}
		return d.movements(busy, receipt.Position)
	})
	if err := g.Wait(); err != nil {
		return err
	}
	d.page.say("  %d questionnaires were recorded meanwhile.", arrived)
	return nil
}

// replay builds the scores anew from the first event, beside those that are shown.
func (d *demonstration) replay(ctx context.Context, p events.Programme) error {
	generation, err := d.admin.Replay(ctx, p, "scores", 0)
	if err != nil {
		return err
	}
	start, shown := time.Now(), ""
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		all, err := d.admin.Generations(ctx, p)
		if err != nil {
			return err
		}
		for _, g := range all {
			if g.Generation != generation {
				continue
			}
			if line := fmt.Sprintf("%s %s", g.State, g.Phase); line != shown {
				shown = line
				d.page.say("  replay: %s, %d of %d events", strings.TrimSpace(line), g.Position, g.Head)
			}
			switch g.State {
			case "active":
				d.page.say("  The scores were built anew from the first event, compared and switched to in %s.", since(start))
				return nil
			case "failed", "dropped":
				return fmt.Errorf("demo: the replay ended as %s: %s", g.State, g.Reason)
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// keepSubmitting sends questionnaires, one after the other, until told to stop.
func (d *demonstration) keepSubmitting(ctx context.Context, stop <-chan struct{}) (int, error) {
	if len(d.data.Framework.Instruments) == 0 {
		return 0, errors.New("demo: the framework has no questionnaire")
	}
	instrument := d.data.Framework.Instruments[len(d.data.Framework.Instruments)-1]
	asked := instrument.Questions[0]
	for n := 0; ; n++ {
		select {
		case <-stop:
			return n, nil
		case <-ctx.Done():
			return n, ctx.Err()
		default:
		}
		e := entry.Entry{
			ID: uuid.New(), Kind: entry.KindResponse, Programme: d.figures.Programme, Inspection: inspection,
			OccurredAt: time.Now().UTC().Truncate(time.Microsecond),
			Body: entry.Response{
				Instrument: instrument.ID, Respondent: events.RespondentID(uuid.NewString()),
				Answers: map[events.QuestionID]events.Answer{asked.ID: asked.Answers[0]},
			},
		}
		raw, err := e.Encode()
		if err != nil {
			return n, err
		}
		s := entry.Submission{ID: uuid.New(), Entries: []jsontext.Value{raw}}
		receipts, err := d.teams[3].door.Submit(ctx, inspection, s)
		if err != nil {
			return n, err
		}
		if receipts[0].Status != entry.StatusRecorded {
			return n, fmt.Errorf("demo: a questionnaire is %s: %s", receipts[0].Status, tables.Refusal(receipts[0]))
		}
	}
}

// asPreviewed compares the scores with what the preview said.
func (d *demonstration) asPreviewed(preview query.Preview) error {
	for _, c := range preview.Changes {
		now := figure(d.figures, c.Figure)
		if c.After.Exact == nil || now.Exact == nil || *c.After.Exact != *now.Exact {
			return fmt.Errorf("demo: %s is not what the preview said", c.Figure)
		}
	}
	d.page.say("Every one of the %d figures that moved is exactly what the preview said.", len(preview.Changes))
	return nil
}

// rollback takes the edit back and waits for the figures.
func (d *demonstration) rollback(ctx context.Context, p events.Programme) error {
	start := time.Now()
	receipt, err := d.admin.RollbackFramework(ctx, p, d.figures.FrameworkRevision, "only shown")
	if err != nil {
		return err
	}
	if err := d.admin.CatchUp(ctx, inspection, receipt.Position, figuresWithin); err != nil {
		return err
	}
	took := since(start)
	if d.figures, err = d.admin.Scores(ctx, inspection, client.ScoresOf{}); err != nil {
		return err
	}
	d.page.say("\nThe editor takes it back: framework revision %d is current again after %s, and so are its scores.",
		d.figures.FrameworkRevision, took)
	return nil
}

// stricter is the framework with the line of one question drawn higher: of the
// questions that count more than one answer as above it, the first.
func stricter(fw *framework.Framework) (events.QuestionID, string, error) {
	for n := range fw.Questions {
		q := &fw.Questions[n]
		if !q.Scored || len(q.AboveLine) < 2 {
			continue
		}
		block := regexp.MustCompile(`(?s)- id: "` + regexp.QuoteMeta(string(q.ID)) + `".*?above_line: \[[^\]]*\]`)
		at := block.FindIndex(fw.Source)
		if at == nil {
			continue
		}
		source := string(fw.Source)
		text := source[at[0]:at[1]]
		line := strings.LastIndex(text, "above_line:")
		edited := source[:at[0]] + text[:line] + fmt.Sprintf("above_line: [%q]", q.AboveLine[0]) + source[at[1]:]
		if _, err := framework.Parse("edit", []byte(edited)); err != nil {
			return "", "", fmt.Errorf("demo: the edit: %w", err)
		}
		return q.ID, edited, nil
	}
	return "", "", errors.New("demo: the framework has no question with two answers above the line")
}
