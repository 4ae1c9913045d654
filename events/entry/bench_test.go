package entry_test

import (
	"testing"

	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/entry/entrytest"
)

func BenchmarkDecode(b *testing.B) {
	raw, err := entrytest.Samples()[0].Encode()
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := entry.Decode(raw); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCanonical(b *testing.B) {
	e := entrytest.Samples()[0]
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Canonical(); err != nil {
			b.Fatal(err)
		}
	}
}
