package verify_test

import (
	"context"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/aboveline/aboveline/events/verify"
)

// A ledger that grows and is signed meanwhile is judged as of one moment.
func TestWhileOthersWrite(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var writers errgroup.Group
	writers.Go(func() error {
		for n := size + 37; ctx.Err() == nil; n += 37 {
			if err := b.grow(programme, inspection, n); err != nil {
				return err
			}
		}
		return nil
	})
	writers.Go(func() error {
		for ctx.Err() == nil {
			if _, err := b.notary.Sign(t.Context(), programme); err != nil {
				return err
			}
		}
		return nil
	})
	last := uint64(0)
	for range 10 {
		r := b.verify(verify.Options{VerifierKey: b.key.Verifier(), Since: b.since})
		if !r.OK() || r.Events() < last {
			t.Errorf("%s", text(r))
		}
		last = r.Events()
	}
	cancel()
	if err := writers.Wait(); err != nil {
		t.Error(err)
	}
	if last == size+10 {
		t.Error("nothing was written meanwhile")
	}
}
