package codec

import (
	"hash/maphash"
	"sync/atomic"
)

// words remembers strings that occur again and again, such as the ids of questions
// and their answers, so that a million judgements share them. It holds one string
// per slot, the last one that came by. It is safe for concurrent use.
type words struct {
	seed  maphash.Seed
	slots [1024]atomic.Pointer[string]
}

// longestWord limits what is remembered; longer strings are usually unique.
const longestWord = 64

func newWords() *words { return &words{seed: maphash.MakeSeed()} }

// string is b as a string.
func (w *words) string(b []byte) string {
	if len(b) > longestWord {
		return string(b)
	}
	slot := &w.slots[maphash.Bytes(w.seed, b)%uint64(len(w.slots))]
	if have := slot.Load(); have != nil && *have == string(b) {
		return *have
	}
	s := string(b)
	slot.Store(&s)
	return s
}
