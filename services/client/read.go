package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/query"
)

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
