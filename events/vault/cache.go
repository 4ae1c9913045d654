package vault

import (
	"sync"
	"time"

	"github.com/aboveline/aboveline/events"
)

// CacheFor is how long a key is served from memory without asking the database
// whether it was destroyed.
const CacheFor = time.Minute

// cacheSize is how many keys stay in memory, about 1 KiB each.
const cacheSize = 20_000

// cache holds the keys used last. Safe for concurrent use.
type cache struct {
	mu   sync.Mutex
	held map[owner]held
}

type owner struct {
	programme events.Programme
	person    Person
}

type held struct {
	key   Key
	since time.Time
}

func newCache() *cache { return &cache{held: map[owner]held{}} }

// take moves the keys that are held and fresh into found and returns the persons
// that are left, each once.
func (c *cache) take(p events.Programme, persons []Person, found map[Person]Key) []Person {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	var left []Person
	seen := make(map[Person]bool, len(persons))
	for _, person := range persons {
		if seen[person] {
			continue
		}
		seen[person] = true
		if h, ok := c.held[owner{p, person}]; ok && now.Sub(h.since) < CacheFor {
			found[person] = h.key
			continue
		}
		left = append(left, person)
	}
	return left
}

// put holds a key that the database had at the time since. A full cache gives up
// some other keys, whichever.
func (c *cache) put(p events.Programme, person Person, k Key, since time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for o := range c.held {
		if len(c.held) < cacheSize {
			break
		}
		delete(c.held, o)
	}
	c.held[owner{p, person}] = held{key: k, since: since}
}

// drop forgets a key.
func (c *cache) drop(p events.Programme, person Person) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.held, owner{p, person})
}
