package identity

import (
	"crypto/sha256"
	"sync"
	"time"
)

const (
	// remembered is how long an accepted token is not verified again: the longest
	// time for which a key that the issuer took back still counts.
	remembered = time.Minute
	// maxRemembered bounds the tokens that are remembered.
	maxRemembered = 4096
)

// cache remembers accepted tokens by their hash, because verifying a signature
// costs more than everything else that a door does with a submission. Refused
// tokens are not remembered.
type cache struct {
	mu  sync.Mutex
	all map[[sha256.Size]byte]accepted
}

type accepted struct {
	identity Identity
	until    time.Time
}

func newCache() *cache { return &cache{all: map[[sha256.Size]byte]accepted{}} }

// get is the identity of a token that was accepted a moment ago and has not ended
// by the time now.
func (c *cache) get(token string, now time.Time, skew time.Duration) (Identity, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, ok := c.all[sha256.Sum256([]byte(token))]
	if !ok || !now.Before(a.until) || a.identity.Expires.Before(now.Add(-skew)) {
		return Identity{}, false
	}
	return a.identity, true
}

func (c *cache) put(token string, id Identity, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.all) >= maxRemembered {
		clear(c.all)
	}
	c.all[sha256.Sum256([]byte(token))] = accepted{id, now.Add(remembered)}
}
