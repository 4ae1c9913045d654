package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/services/query"
)

// ScoresOf says which scores are asked for; the zero value is all cases as of now.
type ScoresOf struct {
	// At most one of these three says as of when: what had been recorded up to a
	// position or by a time, or what was true at a time.
	Position   events.Position
	At         time.Time
	AtOccurred time.Time
	// Framework is the revision to read under, 0 for that in force at the moment.
	Framework int
	// Where chooses the cases, as a CEL expression; empty for all.
	Where string
}

// Scores reads the figures of an inspection.
func (c *Client) Scores(ctx context.Context, i events.InspectionID, of ScoresOf) (query.Scores, error) {
	q := params{}
	q.number("position", uint64(of.Position))
	q.time("at", of.At)
	q.time("at_occurred", of.AtOccurred)
	q.number("framework", uint64(of.Framework))
	q.text("where", of.Where)
	var s query.Scores
	err := c.do(ctx, http.MethodGet, inspection(i)+"/scores?"+q.encode(), nil, &s)
	return s, err
}

// DifferenceOf says between which two moments, as query.ParseMoment reads them, and
// how.
type DifferenceOf struct {
	From, To string
	// Framework is the revision to read both under, ToFramework the second; 0 for
	// those in force at the moments.
	Framework, ToFramework int
	Where                  string
}

// Difference reads the figures of an inspection at two moments.
func (c *Client) Difference(ctx context.Context, i events.InspectionID, of DifferenceOf) (query.Difference, error) {
	q := params{}
	q.text("from", of.From)
	q.text("to", of.To)
	q.number("framework", uint64(of.Framework))
	q.number("to_framework", uint64(of.ToFramework))
	q.text("where", of.Where)
	var d query.Difference
	err := c.do(ctx, http.MethodGet, inspection(i)+"/scores/difference?"+q.encode(), nil, &d)
	return d, err
}

// ChangesOf says which changes of a figure are asked for; the zero value is all.
type ChangesOf struct {
	Actor        events.Actor
	Case         events.CaseID
	Question     events.QuestionID
	Since, Until time.Time // recorded
	// At most one of these cuts what the others let through: the first or the last.
	Limit, Last int
}

// Explain reads what moved a figure.
func (c *Client) Explain(
	ctx context.Context, i events.InspectionID, f scores.FigureID, of ChangesOf,
) (query.Explanation, error) {
	q := params{}
	q.text("figure", string(f))
	q.text("actor", string(of.Actor))
	q.text("case", string(of.Case))
	q.text("question", string(of.Question))
	q.time("since", of.Since)
	q.time("until", of.Until)
	q.number("limit", uint64(of.Limit))
	q.number("last", uint64(of.Last))
	var e query.Explanation
	err := c.do(ctx, http.MethodGet, inspection(i)+"/explanation?"+q.encode(), nil, &e)
	return e, err
}

// params are the parameters of a query; what is zero is left out.
type params url.Values

func (p params) text(name, value string) {
	if value != "" {
		url.Values(p).Set(name, value)
	}
}

func (p params) number(name string, value uint64) {
	if value != 0 {
		url.Values(p).Set(name, strconv.FormatUint(value, 10))
	}
}

func (p params) time(name string, value time.Time) {
	if !value.IsZero() {
		url.Values(p).Set(name, value.Format(time.RFC3339Nano))
	}
}

func (p params) encode() string { return url.Values(p).Encode() }
