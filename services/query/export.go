package query

import (
	"bufio"
	"context"
	"encoding/hex"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/api"
	"github.com/aboveline/aboveline/services/policy"
)

// Exported is one line of an export: an event as the ledger keeps it. Sealed
// texts stay sealed.
type Exported struct {
	Position    events.Position     `json:"position"`
	ID          events.EventID      `json:"id"`
	Type        events.Type         `json:"type"`
	TypeVersion int                 `json:"type_version"`
	Stream      events.Stream       `json:"stream"`
	Revision    events.Revision     `json:"revision"`
	Actor       events.Actor        `json:"actor"`
	Team        events.TeamID       `json:"team,omitempty"`
	Inspection  events.InspectionID `json:"inspection,omitempty"`
	Case        events.CaseID       `json:"case,omitempty"`
	OccurredAt  string              `json:"occurred_at"`
	RecordedAt  string              `json:"recorded_at"`
	Leaf        string              `json:"leaf" doc:"Leaf hash of the ledger's tree, in hexadecimal."`
	Data        jsontext.Value      `json:"data"`
}

const timeFormat = "2006-01-02T15:04:05.000000Z07:00"

type exportInput struct {
	ProgrammeInput
	After      uint64 `query:"after" doc:"Only events after this position."`
	Inspection string `query:"inspection" maxLength:"200" doc:"Only events of this inspection."`
}

func (q *Query) export(ctx context.Context, in *exportInput) (*huma.StreamResponse, error) {
	i := events.InspectionID(in.Inspection)
	if _, err := q.guard.Allow(ctx, policy.ExportEvents, in.id(), i); err != nil {
		return nil, err
	}
	head, err := q.ledger.Head(ctx, in.id())
	if err != nil {
		return nil, failed(err)
	}
	if head.Position == 0 {
		return nil, api.Errorf(api.NotFound, "no programme has this id")
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		hc.SetHeader("Content-Type", "application/x-ndjson")
		w := bufio.NewWriterSize(hc.BodyWriter(), 64<<10)
		for r, err := range q.ledger.Read(ctx, in.id(), events.Position(in.After), 0) {
			if err != nil {
				// The status is sent; a cut connection is what tells the reader that
				// this is not the whole.
				panic(http.ErrAbortHandler)
			}
			if i != "" && r.Inspection != i {
				continue
			}
			if err := writeEvent(w, &r); err != nil {
				return
			}
		}
		_ = w.Flush() // the reader has gone
	}}, nil
}

func writeEvent(w *bufio.Writer, r *events.Recorded) error {
	line, err := json.Marshal(Exported{
		Position: r.Position, ID: r.ID, Type: r.Type, TypeVersion: r.TypeVersion, Stream: r.Stream,
		Revision: r.Revision, Actor: r.Actor, Team: r.Team, Inspection: r.Inspection, Case: r.Case,
		OccurredAt: r.OccurredAt.Format(timeFormat), RecordedAt: r.RecordedAt.Format(timeFormat),
		Leaf: hex.EncodeToString(r.Leaf[:]), Data: r.Data,
	})
	if err != nil {
		panic(http.ErrAbortHandler) // as above: the reader must not take this for the end
	}
	if _, err := w.Write(line); err != nil {
		return err
	}
	return w.WriteByte('\n')
}
