package serve

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Group roles that the ledger's migrations create; see events/ledger.
const (
	roleRecorder  = "aboveline_recorder"
	roleProjector = "aboveline_projector"
	roleReader    = "aboveline_reader"
	roleNotary    = "aboveline_notary"
)

// pool connects with the rights of one role; role "" is the login's own, for
// migrations only.
func pool(ctx context.Context, url, role string, size int32) (*pgxpool.Pool, error) {
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("serve: database URL: %w", err)
	}
	c.MaxConns = size
	if role != "" {
		c.ConnConfig.RuntimeParams["role"] = role
	}
	c.ConnConfig.RuntimeParams["application_name"] = "aboveline " + role
	p, err := pgxpool.NewWithConfig(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("serve: database: %w", err)
	}
	return p, nil
}
