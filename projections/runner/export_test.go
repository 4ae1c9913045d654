package runner

import "context"

// RunWithoutLease follows the ledger once, as a runner that believes to have the
// lease.
func RunWithoutLease(ctx context.Context, c Config) error {
	conn, err := c.Pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	return follow(ctx, c, &lease{conn: conn})
}

// WithStep lets a test stop a builder before its steps.
func WithStep(c BuildConfig, step func(ctx context.Context, what string) error) BuildConfig {
	c.step = step
	return c
}
