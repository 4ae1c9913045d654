package client

import (
	"context"
	"fmt"
	"time"

	"github.com/aboveline/aboveline/events"
)

// CatchUp returns when the figures of the inspection have taken in everything up
// to the position, such as that of a receipt; at once if the caller may not read
// them. An error says that they had not within the time; what was recorded stays
// recorded either way.
func (c *Client) CatchUp(ctx context.Context, i events.InspectionID, to events.Position, within time.Duration) error {
	if to == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		s, err := c.Scores(ctx, i, ScoresOf{})
		if err == nil && s.Position >= to || HasCode(err, "forbidden") || HasCode(err, "unauthenticated") {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("client: the figures are at position %d and should be at %d: %w", s.Position, to, ctx.Err())
		}
	}
}
