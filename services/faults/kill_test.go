package faults_test

import (
	"fmt"
	"testing"
	"time"
)

// kill -9 of the whole server at random moments under eight clients.
func TestKills(t *testing.T) {
	t.Parallel()
	w := newWorld(t, settings{})
	w.enlist(8, 1)
	rng := random(1)
	f := w.work()
	kills := long(8, 200)
	for n := range kills {
		pass(t, time.Duration(50+rng.IntN(500))*time.Millisecond)
		w.process.kill()
		w.process.start()
		if n%20 == 19 {
			w.inspect(t.Context())
		}
	}
	pass(t, 300*time.Millisecond)
	f.rest(t)
	w.report(fmt.Sprintf("%d kills", kills), w.audit())
}
