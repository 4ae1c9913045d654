package entry_test

import (
	"bytes"
	"testing"

	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/entry/entrytest"
	"github.com/google/go-cmp/cmp"
)

// Whatever decodes also encodes, to the same entry and to the same bytes again.
func FuzzDecode(f *testing.F) {
	for _, e := range entrytest.Samples() {
		raw, err := e.Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := entry.Decode(raw)
		if err != nil {
			if _, ok := entry.AsFieldError(err); !ok {
				t.Fatalf("%T is no *FieldError: %v", err, err)
			}
			return
		}
		canonical, err := e.Canonical()
		if err != nil {
			t.Fatalf("decodes but does not encode: %v", err)
		}
		back, err := entry.Decode(canonical)
		if err != nil {
			t.Fatalf("%s does not decode: %v", canonical, err)
		}
		if diff := cmp.Diff(e, back, sameEntry()); diff != "" {
			t.Fatalf("another entry (-first +second):\n%s", diff)
		}
		again, err := back.Canonical()
		if err != nil || !bytes.Equal(canonical, again) {
			t.Fatalf("%v: canonical bytes\n%s\nthen\n%s", err, canonical, again)
		}
	})
}

func FuzzDecodeSubmission(f *testing.F) {
	f.Add([]byte(`{"submission":"01928f3e-7c1a-7bb0-8f41-0a4b6c7d8e9f","atomic":true,"entries":[{"id":1,"id":2}, 3]}`))
	f.Add([]byte(`{"entries":[null],"submission":"01928F3E-7C1A-7BB0-8F41-0A4B6C7D8E9F"}`))
	f.Add([]byte("{\"submission\":\"01928f3e-7c1a-7bb0-8f41-0a4b6c7d8e9f\",\"entries\":[\"\xff\", \"\\ud800\"]}"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := entry.DecodeSubmission(raw)
		if err != nil {
			if _, ok := entry.AsFieldError(err); !ok {
				t.Fatalf("%T is no *FieldError: %v", err, err)
			}
			return
		}
		again, err := s.Encode()
		if err != nil {
			t.Fatalf("decodes but does not encode: %v", err)
		}
		back, err := entry.DecodeSubmission(again)
		if err != nil {
			t.Fatalf("%s does not decode: %v", again, err)
		}
		if diff := cmp.Diff(s, back); diff != "" {
			t.Fatalf("another submission (-first +second):\n%s", diff)
		}
		for _, e := range s.Entries {
			_, _ = entry.Decode(e) // must not panic; most are refused
		}
	})
}

// Every line that is given is one of the file, and numbers only rise.
func FuzzLines(f *testing.F) {
	f.Add([]byte("\uFEFF{}\r\n\n  {\"id\":1} \r\n{"), 8)
	f.Add([]byte("\xff\n\"ok\"\n0123456789\n"), 4)
	f.Add([]byte("\r\r\n\uFEFF\r"), 1)
	f.Fuzz(func(t *testing.T, file []byte, limit int) {
		limit = 1 + limit&0xff
		all := bytes.Split(bytes.TrimPrefix(file, []byte("\uFEFF")), []byte("\n"))
		last := 0
		for line, err := range entry.Lines(bytes.NewReader(file), limit) {
			if line.N <= last || line.N > len(all) {
				t.Fatalf("line %d after line %d of %d", line.N, last, len(all))
			}
			last = line.N
			want := all[line.N-1]
			if err != nil {
				if len(want) <= limit && bytes.Equal(want, bytes.ToValidUTF8(want, nil)) {
					t.Fatalf("line %d is refused: %v", line.N, err)
				}
				continue
			}
			if want = bytes.Trim(want, " \t\r"); !bytes.Equal(line.Raw, want) || len(want) == 0 {
				t.Fatalf("line %d is %q, want %q", line.N, line.Raw, want)
			}
		}
	})
}
