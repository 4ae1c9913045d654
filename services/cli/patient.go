package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/services/client"
)

// figuresWithin bounds the wait for the figures after entries were recorded.
const figuresWithin = 10 * time.Second

// patient bounds how long one submission waits for a server that is away.
type patient struct {
	client.Submitter
	limit time.Duration
}

// Submit implements [client.Submitter].
func (p patient) Submit(ctx context.Context, i events.InspectionID, s entry.Submission) ([]entry.Receipt, error) {
	bounded, cancel := context.WithTimeout(ctx, p.limit)
	defer cancel()
	receipts, err := p.Submitter.Submit(bounded, i, s)
	if err != nil && ctx.Err() == nil && errors.Is(bounded.Err(), context.DeadlineExceeded) {
		err = fmt.Errorf("the server did not answer within %s (see --patience): %w", p.limit, err)
	}
	return receipts, err
}
