package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/services/client"
	"github.com/aboveline/aboveline/services/query"
	"github.com/aboveline/aboveline/services/tables"
)

// revise lets one inspector change a judgement, another try the same with what
// they saw before, and shows which figures moved.
func (d *demonstration) revise(ctx context.Context) error {
	r, err := d.choose()
	if err != nil {
		return err
	}
	second, third := d.teams[1], d.teams[2]
	d.page.say("\n%s of team south and %s of team east both hold revision 1 of case %s, question %s: %q.",
		second.member, third.member, r.was.Case, r.was.Question, r.was.Answer)
	receipt, err := d.submit(ctx, second, r, 1, r.to, "the file shows more than was seen at first")
	if err != nil {
		return err
	}
	if receipt.Status != entry.StatusRecorded {
		return fmt.Errorf("demo: the revision was to be recorded and is %s: %s", receipt.Status, tables.Refusal(receipt))
	}
	d.page.say("  %s changes it to %q and gives a reason: %s, revision %d, position %d.",
		second.member, r.to, d.page.strong(string(receipt.Status)), receipt.Revision, receipt.Position)
	late, err := d.submit(ctx, third, r, 1, r.was.Answer, "discussed with the offender manager")
	if err != nil {
		return err
	}
	if late.Status != entry.StatusConflict || late.Current == nil {
		return fmt.Errorf("demo: the stale revision was to be a conflict and is %s: %s", late.Status, tables.Refusal(late))
	}
	d.page.say("  %s changes revision 1 as well: %s. %s.\n    now: %q by %s at %s, revision %d, position %d",
		third.member, d.page.strong(string(late.Status)), late.Message, late.Current.Answer, late.Current.Actor,
		late.Current.RecordedAt.Local().Format(time.TimeOnly), late.Current.Revision, late.Current.Position)
	if err := d.movements(ctx, receipt.Position); err != nil {
		return err
	}
	return d.settle(ctx, r)
}

// settle ends the conflict: the first answer stands after all, as revision 3.
func (d *demonstration) settle(ctx context.Context, r revision) error {
	third := d.teams[2]
	receipt, err := d.submit(ctx, third, r, 2, r.was.Answer, "settled together: the first answer stands")
	if err != nil {
		return err
	}
	if receipt.Status != entry.StatusRecorded {
		return fmt.Errorf("demo: the settlement was to be recorded and is %s: %s", receipt.Status, tables.Refusal(receipt))
	}
	d.page.say("\nThey settle it: %s expects revision 2 and sets %q again, as revision %d; the figures are back.",
		third.member, r.was.Answer, receipt.Revision)
	if err := d.admin.CatchUp(ctx, inspection, receipt.Position, figuresWithin); err != nil {
		return err
	}
	d.figures, err = d.admin.Scores(ctx, inspection, client.ScoresOf{})
	return err
}

// submit sends a change of a revision.
func (d *demonstration) submit(
	ctx context.Context, t *team, r revision, expected events.Revision, to events.Answer, reason string,
) (entry.Receipt, error) {
	e := r.entry
	id, err := uuid.NewV7()
	if err != nil {
		return entry.Receipt{}, err
	}
	e.ID, e.ExpectedRevision, e.Reason = id, &expected, reason
	e.OccurredAt = time.Now().UTC().Truncate(time.Microsecond)
	e.Body = entry.Judgement{Case: r.was.Case, Question: r.was.Question, Answer: to}
	raw, err := e.Encode()
	if err != nil {
		return entry.Receipt{}, err
	}
	receipts, err := t.door.Submit(ctx, inspection, entry.Submission{ID: uuid.New(), Entries: []jsontext.Value{raw}})
	if err != nil {
		return entry.Receipt{}, err
	}
	if len(receipts) != 1 {
		return entry.Receipt{}, fmt.Errorf("demo: one entry got %d receipts", len(receipts))
	}
	return receipts[0], nil
}

// movements shows what the event at a position did to every figure that moved, as
// explain tells it.
func (d *demonstration) movements(ctx context.Context, at events.Position) error {
	if err := d.admin.CatchUp(ctx, inspection, at, figuresWithin); err != nil {
		return err
	}
	now, err := d.admin.Scores(ctx, inspection, client.ScoresOf{})
	if err != nil {
		return err
	}
	t := tables.New("What it moved", "Figure", "", "Before", "After", "Exactly", "By")
	for _, f := range now.Figures {
		if same(f, figure(d.figures, f.Figure)) {
			continue
		}
		e, err := d.admin.Explain(ctx, inspection, f.Figure, client.ChangesOf{})
		if err != nil {
			return err
		}
		for _, c := range e.Changes {
			if c.Position == at {
				tables.AppendMovement(t, f, c)
			}
		}
	}
	d.figures = now
	d.page.say("\n%s", tables.Render(t))
	return nil
}

func same(a, b query.Figure) bool {
	if a.Exact == nil || b.Exact == nil {
		return a.Exact == b.Exact
	}
	return *a.Exact == *b.Exact
}
