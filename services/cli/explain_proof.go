package cli

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/aboveline/aboveline/events/checkpoint"
	"github.com/aboveline/aboveline/services/audit"
	"github.com/aboveline/aboveline/services/client"
	"github.com/aboveline/aboveline/services/notary"
	"github.com/aboveline/aboveline/services/query"
)

// proofsAtOnce is how many proofs are fetched at a time.
const proofsAtOnce = 8

// provenExplanation is an explanation whose changes carry their proofs.
type provenExplanation struct {
	query.Explanation
	Changes []provenChange `json:"changes"`
}

type provenChange struct {
	query.FigureChange
	Proof notary.Inclusion `json:"proof"`
}

// prove fetches the proof that the event of each change is in the log, and checks
// it; with a key, also who signed. The first that does not hold is the error.
func prove(
	ctx context.Context, api *client.Client, e query.Explanation, key checkpoint.Verifier,
) (provenExplanation, error) {
	out := provenExplanation{Explanation: e, Changes: make([]provenChange, len(e.Changes))}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(proofsAtOnce)
	for n, c := range e.Changes {
		g.Go(func() error {
			proof, err := audit.Proof(ctx, api, e.Programme, c.EventID, key)
			out.Changes[n] = provenChange{FigureChange: c, Proof: proof}
			return err
		})
	}
	return out, g.Wait()
}
