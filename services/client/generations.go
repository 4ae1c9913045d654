package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/services/query"
)

// Replay asks for a new generation of a read model. Throttle is events per second, 0
// for no limit. The code "conflict" says that one is being built.
func (c *Client) Replay(
	ctx context.Context, p events.Programme, projection string, throttle int,
) (runner.Generation, error) {
	var out query.Requested
	err := c.do(ctx, http.MethodPost, programme(p)+"/projections/"+url.PathEscape(projection)+"/replay",
		map[string]int{"throttle": throttle}, &out)
	return out.Generation, err
}

// Generations lists the generations of a programme's read models, the newest first.
func (c *Client) Generations(ctx context.Context, p events.Programme) ([]query.Generation, error) {
	var out query.GenerationList
	err := c.do(ctx, http.MethodGet, programme(p)+"/generations", nil, &out)
	return out.Generations, err
}

// CancelBuild stops the building of a generation.
func (c *Client) CancelBuild(ctx context.Context, p events.Programme, g runner.Generation) error {
	return c.do(ctx, http.MethodPost, generation(p, g)+"/cancel", nil, nil)
}

// UseGeneration asks for a previous generation to be active again.
func (c *Client) UseGeneration(ctx context.Context, p events.Programme, g runner.Generation) error {
	return c.do(ctx, http.MethodPost, generation(p, g)+"/use", nil, nil)
}

// ParkedEvents lists the events that read models of a programme could not apply.
func (c *Client) ParkedEvents(ctx context.Context, p events.Programme) ([]query.ParkedEvent, error) {
	var out query.ParkedList
	err := c.do(ctx, http.MethodGet, programme(p)+"/parked", nil, &out)
	return out.Parked, err
}

// RetryParkedEvents tries them again, each in its place, in the generations it names.
func (c *Client) RetryParkedEvents(ctx context.Context, p events.Programme) ([]runner.Generation, error) {
	var out query.Retried
	err := c.do(ctx, http.MethodPost, programme(p)+"/parked/retry", nil, &out)
	return out.Generations, err
}

func generation(p events.Programme, g runner.Generation) string {
	return fmt.Sprintf("%s/generations/%d", programme(p), g)
}
