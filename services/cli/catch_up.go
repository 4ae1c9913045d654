package cli

import (
	"context"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/client"
)

// figuresWithin bounds the wait for the figures.
const figuresWithin = 10 * time.Second

// catchUp returns when the figures of the inspection have taken in everything up
// to the position, when the time is up, or at once if the caller may not read
// them. What was recorded stays recorded either way, so it reports no error.
func catchUp(ctx context.Context, c *client.Client, i events.InspectionID, to events.Position) bool {
	if to == 0 {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, figuresWithin)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		s, err := c.Scores(ctx, i, client.ScoresOf{})
		switch {
		case err == nil && s.Position >= to:
			return true
		case client.HasCode(err, "forbidden") || client.HasCode(err, "unauthenticated"):
			return true
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
	}
}
