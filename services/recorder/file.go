package recorder

import (
	"maps"
	"strings"

	"github.com/aboveline/aboveline/events"
)

// file is what is known of one range of streams: everything about a case, or one
// interview, or one response. It is folded from the ledger and is the picture
// that decisions are made against.
type file struct {
	prefix     events.Stream
	streams    map[events.Stream]*latest
	attributes map[string]string
	answers    map[events.QuestionID]events.Answer
}

func newFile(prefix events.Stream) *file {
	return &file{
		prefix:     prefix,
		streams:    map[events.Stream]*latest{},
		attributes: map[string]string{},
		answers:    map[events.QuestionID]events.Answer{},
	}
}

// holds reports whether the stream belongs to the file: a prefix that ends in a
// slash is a range of streams, any other is one stream.
func (f *file) holds(s events.Stream) bool {
	if strings.HasSuffix(string(f.prefix), "/") {
		return strings.HasPrefix(string(s), string(f.prefix))
	}
	return s == f.prefix
}

// clone is a copy that can be changed and thrown away.
func (f *file) clone() *file {
	return &file{
		prefix:     f.prefix,
		streams:    maps.Clone(f.streams),
		attributes: maps.Clone(f.attributes),
		answers:    maps.Clone(f.answers),
	}
}

// apply takes in the next event of one of the file's streams.
func (f *file) apply(l *latest) {
	f.streams[l.Stream] = l
	switch e := l.Event.(type) {
	case events.CaseDescribed:
		for name, value := range e.Attributes {
			if value == nil {
				delete(f.attributes, name)
			} else {
				f.attributes[name] = *value
			}
		}
	case events.JudgementRecorded:
		f.answers[e.Question] = e.Answer
	case events.JudgementRevised:
		f.answers[e.Question] = e.Answer
	case events.JudgementWithdrawn:
		delete(f.answers, e.Question)
	}
}

// Attribute implements framework.CaseFile.
func (f *file) Attribute(name string) (string, bool) {
	v, ok := f.attributes[name]
	return v, ok
}

// Answer implements framework.CaseFile.
func (f *file) Answer(q events.QuestionID) (events.Answer, bool) {
	a, ok := f.answers[q]
	return a, ok
}
