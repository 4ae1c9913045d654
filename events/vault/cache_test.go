package vault

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCacheExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, k := example(t)
		c := newCache()
		c.put("p", "a", k, time.Now())
		look := func(persons ...Person) (int, []Person) {
			found := map[Person]Key{}
			left := c.take("p", persons, found)
			return len(found), left
		}
		if n, left := look("a", "b", "a", "b"); n != 1 || !cmp.Equal(left, []Person{"b"}) {
			t.Errorf("%d keys found, %v left", n, left)
		}
		<-time.After(CacheFor - 1) // the clock of the bubble
		if n, _ := look("a"); n != 1 {
			t.Error("the key is gone before its time")
		}
		<-time.After(1)
		if n, left := look("a"); n != 0 || len(left) != 1 {
			t.Error("the key is served after its time")
		}
		if len(c.take("q", []Person{"a"}, map[Person]Key{})) != 1 {
			t.Error("another programme shares the key")
		}
	})
}

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	_, k := example(t)
	c := newCache()
	for i := range cacheSize + 100 {
		c.put("p", Person(fmt.Sprint(i)), k, time.Now())
	}
	if len(c.held) != cacheSize {
		t.Errorf("%d keys are held, at most %d should be", len(c.held), cacheSize)
	}
	last := Person(fmt.Sprint(cacheSize + 99))
	if left := c.take("p", []Person{last}, map[Person]Key{}); left != nil {
		t.Error("the key that came last is not held")
	}
	c.drop("p", last)
	if left := c.take("p", []Person{last}, map[Person]Key{}); left == nil {
		t.Error("a key that was dropped is held")
	}
}
