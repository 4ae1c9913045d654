package recorder

import (
	"crypto/sha256"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/vault"
	"github.com/aboveline/aboveline/services/delivery"
)

// item is one entry of a submission on its way to a receipt.
type item struct {
	entry     entry.Entry
	canonical []byte
	digest    [32]byte
	person    vault.Person // "" for control entries
	malformed bool         // it has its verdict from decoding
	verdict   verdict
}

// work is one delivery on its way to its receipts.
type work struct {
	delivery   delivery.Delivery
	submission entry.Submission
	items      []item
	done       chan error
}

// newWork decodes every entry of the submission; what cannot be decoded is
// rejected on the spot.
func newWork(d delivery.Delivery, s entry.Submission) *work {
	w := &work{delivery: d, submission: s, items: make([]item, len(s.Entries)), done: make(chan error, 1)}
	for n, raw := range s.Entries {
		w.items[n] = newItem(d, raw)
	}
	return w
}

func newItem(d delivery.Delivery, raw []byte) item {
	var it item
	e, err := entry.Decode(raw)
	if err != nil {
		it.entry.ID = e.ID
		it.malformed, it.verdict = true, rejectedBy(err)
		return it
	}
	it.entry = e
	if e.Kind.Control() && !d.Control {
		it.malformed, it.verdict = true, rejected("unknown_kind", "kind", "entries of kind %s have their own endpoint", e.Kind)
		return it
	}
	if it.canonical, err = e.Canonical(); err != nil {
		it.malformed, it.verdict = true, rejectedBy(err)
		return it
	}
	it.person = personOf(e)
	if it.person == "" {
		it.digest = sha256.Sum256(it.canonical)
	}
	return it
}

// rejectedBy turns a decoding error into a verdict.
func rejectedBy(err error) verdict {
	if f, ok := entry.AsFieldError(err); ok {
		return rejected(f.Code, f.Field, "%s", f.Message)
	}
	return rejected("malformed", "", "%s", err.Error())
}

// caseOf is the case that an entry is about, if it is about one.
func caseOf(b entry.Body) (events.CaseID, bool) {
	switch b := b.(type) {
	case entry.Judgement:
		return b.Case, true
	case entry.JudgementWithdrawal:
		return b.Case, true
	case entry.Case:
		return b.Case, true
	case entry.Factor:
		return b.Case, true
	case entry.VictimContact:
		return b.Case, true
	default:
		return "", false
	}
}

// personOf names whose key seals the entry's notes: the person under supervision,
// the victim, the interviewee or the respondent. It is empty for control entries,
// which carry nothing about persons.
func personOf(e entry.Entry) vault.Person {
	switch b := e.Body.(type) {
	case entry.VictimContact:
		return vault.Victim(e.Inspection, b.Case)
	case entry.Interview:
		return vault.Interviewee(e.Inspection, b.Interview)
	case entry.Response:
		return vault.Respondent(e.Inspection, b.Instrument, b.Respondent)
	}
	if c, ok := caseOf(e.Body); ok {
		return vault.Subject(e.Inspection, c)
	}
	return ""
}

// prefix names the file that the entry is decided against, "" for control
// entries.
func (it *item) prefix() events.Stream {
	e := it.entry
	switch b := e.Body.(type) {
	case entry.Interview:
		return events.InterviewStream(e.Inspection, b.Interview)
	case entry.Response:
		return events.ResponseStream(e.Inspection, b.Instrument, b.Respondent)
	}
	if c, ok := caseOf(e.Body); ok {
		return events.CaseFile(e.Inspection, c)
	}
	return ""
}
