package codec_test

import (
	"testing"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
)

func BenchmarkDecodeJudgement(b *testing.B) {
	e := events.JudgementRecorded{Question: "4.1.07", Answer: "sufficient"}
	data, err := codec.Encode(e)
	if err != nil {
		b.Fatal(err)
	}
	k := e.Kind()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := codec.Decode(k, data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeJudgement(b *testing.B) {
	var e events.Event = events.JudgementRecorded{Question: "4.1.07", Answer: "sufficient"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := codec.Encode(e); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeRevision(b *testing.B) {
	e := events.JudgementRevised{
		Question: "4.1.07", Answer: "sufficient", Reason: &events.Sealed{Box: make([]byte, 60)},
	}
	data, err := codec.Encode(e)
	if err != nil {
		b.Fatal(err)
	}
	k := e.Kind()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := codec.Decode(k, data); err != nil {
			b.Fatal(err)
		}
	}
}
