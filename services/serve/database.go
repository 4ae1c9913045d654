package serve

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/events/vault"
	"github.com/aboveline/aboveline/projections/runner"
)

// pools are the connections of each role.
type pools struct {
	recorder, projector, reader, notary *pgxpool.Pool
}

// openPools migrates the database with the login's own rights and then connects
// with those of each role only.
func openPools(ctx context.Context, url string) (*pools, error) {
	if err := ledger.Migrate(ctx, url); err != nil {
		return nil, err
	}
	owner, err := pool(ctx, url, "", 2)
	if err != nil {
		return nil, err
	}
	err = runner.Migrate(ctx, owner)
	owner.Close()
	if err != nil {
		return nil, err
	}
	p := &pools{}
	for _, x := range []struct {
		to   **pgxpool.Pool
		role string
		size int32
	}{
		{&p.recorder, roleRecorder, 16},
		{&p.projector, roleProjector, 32},
		{&p.reader, roleReader, 32},
		{&p.notary, roleNotary, 4},
	} {
		if *x.to, err = pool(ctx, url, x.role, x.size); err != nil {
			return nil, errors.Join(err, p.close(ctx))
		}
	}
	return p, nil
}

func (p *pools) close(context.Context) error {
	for _, x := range []*pgxpool.Pool{p.recorder, p.projector, p.reader, p.notary} {
		if x != nil {
			x.Close()
		}
	}
	return nil
}

// openVault loads the master key, or makes it at the first start, and checks that
// it is the one that the vault was begun with.
func openVault(ctx context.Context, pool *pgxpool.Pool, dir string) (*vault.Vault, error) {
	path := filepath.Join(dir, "master.key")
	key, err := vault.LoadMasterKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		key, err = vault.CreateMasterKey(path)
	}
	if err != nil {
		return nil, err
	}
	v := vault.New(pool, key)
	if err := v.Check(ctx); err != nil {
		return nil, fmt.Errorf("serve: master key %s: %w", path, err)
	}
	return v, nil
}
