package query_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/services/query"
)

// An explanation writes itself byte for byte as encoding/json does.
func TestExplanationWritesItselfAsJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := query.Explanation{
			Programme: "p", Inspection: "i", Figure: "outcome/1", Name: drawText(t), Position: 7, Value: drawValue(t),
			Totals:  []query.Total{{Cause: scores.CauseJudgements, Changes: 1, Net: "1/2", Points: "50.00"}},
			Changes: rapid.SliceOfN(rapid.Custom(drawChange), 0, 4).Draw(t, "changes"),
		}
		if e.Changes == nil {
			e.Changes = []query.FigureChange{}
		}
		var want, got bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(e); err != nil {
			t.Fatal(err)
		}
		if err := e.WriteJSON(&got); err != nil {
			t.Fatal(err)
		}
		if want.String() != got.String() {
			t.Fatalf("got\n%s\nwant\n%s", &got, &want)
		}
	})
}

func drawChange(t *rapid.T) query.FigureChange {
	c := query.FigureChange{
		Position: events.Position(rapid.Int64Min(0).Draw(t, "position")), EventID: uuid.UUID{1, 2, 3},
		Type: events.TypeJudgementRecorded, Cause: scores.CauseJudgements, Actor: events.Actor(drawText(t)),
		OccurredAt: time.UnixMicro(rapid.Int64Range(0, 1<<50).Draw(t, "time")).UTC(), RecordedAt: time.Unix(5, 0).UTC(),
		Reason: drawText(t), Case: events.CaseID(drawText(t)), Question: events.QuestionID(drawText(t)),
		Answer: events.Answer(drawText(t)), Before: drawValue(t), After: drawValue(t), Moved: []query.Moved{},
		FrameworkRevision: 3,
	}
	for range rapid.IntRange(0, 3).Draw(t, "attributes") {
		c.Attributes = append(c.Attributes, drawText(t))
	}
	for range rapid.IntRange(0, 3).Draw(t, "moved") {
		c.Moved = append(c.Moved, query.Moved{
			Question: events.QuestionID(drawText(t)), Dependent: rapid.Bool().Draw(t, "dependent"), AboveBefore: 1,
			RelevantBefore: 2, AboveAfter: 3, RelevantAfter: 4,
		})
	}
	return c
}

func drawText(t *rapid.T) string {
	return rapid.SampledFrom([]string{"", "a", `"quoted" \`, "<&>", "ä €", "\t\n\x01"}).Draw(t, "text")
}

func drawValue(t *rapid.T) query.Value {
	if rapid.Bool().Draw(t, "none") {
		return query.Value{}
	}
	exact, percent := "1/2", 50
	return query.Value{Exact: &exact, Percent: &percent}
}
