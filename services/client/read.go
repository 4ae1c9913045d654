package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/services/query"
)

// ScoresOf says which scores are asked for; at most one of the three.
type ScoresOf struct {
	Position events.Position
	At       time.Time
	Where    string
}

// Scores reads the figures of an inspection.
func (c *Client) Scores(ctx context.Context, i events.InspectionID, of ScoresOf) (query.Scores, error) {
	q := url.Values{}
	if of.Position != 0 {
		q.Set("position", strconv.FormatUint(uint64(of.Position), 10))
	}
	if !of.At.IsZero() {
		q.Set("at", of.At.Format(time.RFC3339Nano))
	}
	if of.Where != "" {
		q.Set("where", of.Where)
	}
	var s query.Scores
	err := c.do(ctx, http.MethodGet, inspection(i)+"/scores?"+q.Encode(), nil, &s)
	return s, err
}

// Explain reads every change of a figure.
func (c *Client) Explain(ctx context.Context, i events.InspectionID, f scores.FigureID) (query.Explanation, error) {
	var e query.Explanation
	q := url.Values{"figure": {string(f)}}
	err := c.do(ctx, http.MethodGet, inspection(i)+"/explanation?"+q.Encode(), nil, &e)
	return e, err
}

// Framework reads the current framework of a programme.
func (c *Client) Framework(ctx context.Context, p events.Programme) (query.Framework, error) {
	var f query.Framework
	err := c.do(ctx, http.MethodGet, programme(p)+"/framework", nil, &f)
	return f, err
}

// Diff compares a framework file with the current framework.
func (c *Client) Diff(ctx context.Context, p events.Programme, source string) (query.FrameworkDiff, error) {
	var d query.FrameworkDiff
	err := c.do(ctx, http.MethodPost, programme(p)+"/framework/diff", map[string]any{"source": source}, &d)
	return d, err
}

// Export streams a programme's events as NDJSON; the caller closes it.
func (c *Client) Export(
	ctx context.Context, p events.Programme, i events.InspectionID, after events.Position,
) (io.ReadCloser, error) {
	q := url.Values{}
	if after != 0 {
		q.Set("after", strconv.FormatUint(uint64(after), 10))
	}
	if i != "" {
		q.Set("inspection", string(i))
	}
	res, err := c.send(ctx, http.MethodGet, programme(p)+"/events?"+q.Encode(), nil)
	if err != nil {
		return nil, err
	}
	return res.Body, nil
}
