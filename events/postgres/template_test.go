package postgres_test

import (
	"path/filepath"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/aboveline/aboveline/events/postgres"
)

// TestProcessesShareATemplate starts servers in several processes at once, none of
// which finds a prepared data directory.
func TestProcessesShareATemplate(t *testing.T) {
	t.Parallel()
	cache := t.TempDir()
	urls := make([]string, 3)
	var group errgroup.Group
	for i := range urls {
		dir := t.TempDir()
		group.Go(func() error {
			cmd, url := spawn(t, dir, "XDG_CACHE_HOME="+cache, "HOME="+cache)
			urls[i] = url
			t.Cleanup(func() {
				kill(t, cmd)
				start(t, postgres.Config{Dir: dir}) // takes away what the child left behind
			})
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, url := range urls {
		ids[query(t, url, "SELECT system_identifier::text FROM pg_control_system()")] = true
	}
	if len(ids) != 1 {
		t.Errorf("%d data directories were made from scratch, want one and its copies", len(ids))
	}
	if made, err := filepath.Glob(filepath.Join(cache, "aboveline", "postgres-*", "PG_VERSION")); err != nil || len(made) != 1 {
		t.Errorf("the cache holds %v (%v), want one template", made, err)
	}
}
