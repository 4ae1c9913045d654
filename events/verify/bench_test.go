package verify_test

import (
	"testing"
	"time"

	"github.com/aboveline/aboveline/events/checkpoint"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/events/notary"
	"github.com/aboveline/aboveline/events/verify"
)

// BenchmarkVerify reads a ledger of 100,000 events, and reports how long the notary
// took to catch up with all of it at once.
func BenchmarkVerify(b *testing.B) {
	const n = 100_000
	pool := database.New(b)
	key, err := checkpoint.OpenKey(b.TempDir() + "/log.key")
	if err != nil {
		b.Fatal(err)
	}
	signer, err := notary.New(notary.Config{Pool: pool, Key: key})
	if err != nil {
		b.Fatal(err)
	}
	w := &bench{TB: b, pool: pool, ledger: ledger.New(pool)}
	for to := 10_000; to <= n; to += 10_000 {
		w.add(programme, inspection, to)
	}
	began := time.Now()
	if _, err := signer.Sign(b.Context(), programme); err != nil {
		b.Fatal(err)
	}
	signing := time.Since(began)
	for b.Loop() {
		r, err := verify.Verify(b.Context(), pool, verify.Options{VerifierKey: key.Verifier()})
		if err != nil || !r.OK() || r.Events() != n {
			b.Fatalf("%s %v", text(r), err)
		}
	}
	b.ReportMetric(n/signing.Seconds(), "signed/s")
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
