package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/query"
)

// PreviewOf says what is previewed: a framework file, or a draft by its name.
type PreviewOf struct {
	Source, Draft string
	// Cases is how many cases are listed at most; nil for the server's default.
	Cases *int
}

// Preview asks what a framework would change, as the answers stand. Nothing is
// stored.
func (c *Client) Preview(ctx context.Context, p events.Programme, of PreviewOf) (query.Preview, error) {
	body := map[string]any{}
	if of.Source != "" {
		body["source"] = of.Source
	}
	if of.Draft != "" {
		body["draft"] = of.Draft
	}
	if of.Cases != nil {
		body["cases"] = *of.Cases
	}
	var out query.Preview
	err := c.do(ctx, http.MethodPost, programme(p)+"/framework/preview", body, &out)
	return out, err
}

// Drafts lists the frameworks that are kept for others to look at.
func (c *Client) Drafts(ctx context.Context, p events.Programme) ([]query.Draft, error) {
	var out query.Drafts
	err := c.do(ctx, http.MethodGet, programme(p)+"/framework/drafts", nil, &out)
	return out.Drafts, err
}

// Draft reads one, with its source.
func (c *Client) Draft(ctx context.Context, p events.Programme, name string) (query.Draft, error) {
	var out query.Draft
	err := c.do(ctx, http.MethodGet, draft(p, name), nil, &out)
	return out, err
}

// KeepDraft keeps a framework file for others to look at, in the place of what the
// caller kept by this name; the code "conflict" says that it is somebody else's.
func (c *Client) KeepDraft(ctx context.Context, p events.Programme, name, source string) (query.Draft, error) {
	var out query.Draft
	err := c.do(ctx, http.MethodPut, draft(p, name), map[string]any{"source": source}, &out)
	return out, err
}

// DropDraft drops a draft.
func (c *Client) DropDraft(ctx context.Context, p events.Programme, name string) (query.Draft, error) {
	var out query.Draft
	err := c.do(ctx, http.MethodDelete, draft(p, name), nil, &out)
	return out, err
}

func draft(p events.Programme, name string) string {
	return programme(p) + "/framework/drafts/" + url.PathEscape(name)
}

// Position reads how far a programme's ledger and its scores are.
func (c *Client) Position(ctx context.Context, p events.Programme) (query.Position, error) {
	var out query.Position
	err := c.do(ctx, http.MethodGet, programme(p)+"/position", nil, &out)
	return out, err
}

// CatchUpAll returns when the scores of the programme have taken in everything up
// to the position; at once if the caller may not ask. An error says that they had
// not within the time; what was recorded stays recorded either way.
func (c *Client) CatchUpAll(ctx context.Context, p events.Programme, to events.Position, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		at, err := c.Position(ctx, p)
		if err == nil && at.Scores >= to || HasCode(err, "forbidden") || HasCode(err, "unauthenticated") {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("client: the scores are at position %d and should be at %d: %w", at.Scores, to, ctx.Err())
		}
	}
}
