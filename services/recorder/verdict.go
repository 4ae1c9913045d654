package recorder

import (
	"fmt"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/ledger"
)

// verdict is what was decided about one entry. The zero verdict is "not decided
// yet".
type verdict struct {
	status  entry.Status
	latest  *latest       // recorded: the new event; conflict: the current one, nil if none
	known   *ledger.Known // duplicate of an event that the ledger had
	code    string
	field   string
	message string
}

func rejected(code, field, format string, args ...any) verdict {
	return verdict{status: entry.StatusRejected, code: code, field: field, message: fmt.Sprintf(format, args...)}
}

func conflict(current *latest, expected *events.Revision) verdict {
	v := verdict{status: entry.StatusConflict, code: "conflict", field: "expected_revision", latest: current}
	switch {
	case current == nil:
		v.message = fmt.Sprintf("expected revision %d, but nothing is recorded yet; expect 0", *expected)
	case expected == nil:
		v.message = fmt.Sprintf("already recorded; to change it, expect revision %d and give a reason", current.Revision)
	default:
		v.message = fmt.Sprintf("expected revision %d, but %s made revision %d; look at it and expect that one",
			*expected, current.Actor, current.Revision)
	}
	return v
}

// accepted reports whether the entry stands in the ledger, now or from before.
func (v verdict) accepted() bool {
	return v.status == entry.StatusRecorded || v.status == entry.StatusDuplicate
}

// receipt is the answer to the client.
func (v verdict) receipt(id events.EventID) entry.Receipt {
	r := entry.Receipt{ID: id, Status: v.status, Code: v.code, Field: v.field, Message: v.message}
	switch {
	case v.status == entry.StatusConflict && v.latest != nil:
		r.Current = v.latest.current()
	case v.latest != nil:
		r.Position, r.Revision, r.RecordedAt = v.latest.Position, v.latest.Revision, v.latest.RecordedAt
	case v.known != nil:
		r.Position, r.Revision, r.RecordedAt = v.known.Position, v.known.Revision, v.known.RecordedAt
	}
	return r
}
