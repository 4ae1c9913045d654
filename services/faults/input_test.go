package faults_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/services/client"
)

// submit submits entries as bytes to the inspection in the north.
func (w *world) submit(raw ...jsontext.Value) ([]entry.Receipt, error) {
	ctx, cancel := context.WithTimeout(w.t.Context(), 30*time.Second)
	defer cancel()
	return w.admin.Submit(ctx, north, entry.Submission{ID: uuid.New(), Entries: raw})
}

// caseEntry describes a case.
func caseEntry(i events.InspectionID, c events.CaseID) entry.Entry {
	return entry.Entry{
		ID: uuid.New(), Kind: entry.KindCase, Programme: programme, Inspection: i,
		OccurredAt: time.Date(2013, 6, 1, 9, 0, 0, 0, time.UTC), Body: entry.Case{Case: c},
	}
}

// says fails unless the receipt has the status and the code.
func says(t *testing.T, what string, r entry.Receipt, status entry.Status, code string) {
	t.Helper()
	if r.Status != status || r.Code != code {
		t.Errorf("%s: %s %q (%s), expected %s %q", what, r.Status, r.Code, r.Message, status, code)
	}
}

// A submission has at most 10,000 entries, and that many are recorded at once.
func TestTenThousandEntries(t *testing.T) {
	t.Parallel()
	w := newWorld(t, settings{})
	raw := make([]jsontext.Value, entry.MaxEntries)
	for n := range raw {
		raw[n] = w.encode(caseEntry(north, events.CaseID(fmt.Sprintf("c-%d", n))))
	}
	began := time.Now()
	receipts, err := w.submit(raw...)
	w.must(err)
	for n, r := range receipts {
		if r.Status != entry.StatusRecorded || r.Position != receipts[0].Position+events.Position(n) {
			t.Fatalf("entry %d: %+v", n, r)
		}
	}
	t.Logf("%d entries in one submission took %s", len(raw), time.Since(began).Round(time.Millisecond))
	var p problem
	more := `{"submission":"` + uuid.NewString() + `","entries":[` + strings.Repeat("{},", entry.MaxEntries) + `{}]}`
	if status := w.post([]byte(more), &p); status != http.StatusUnprocessableEntity || !p.has("too_long") {
		t.Errorf("%d entries were answered %d %+v", entry.MaxEntries+1, status, p)
	}
	w.report("ten thousand entries", w.audit())
}

// problem is an RFC 9457 answer.
type problem struct {
	Detail string `json:"detail"`
	Errors []struct {
		Code string `json:"code"`
	} `json:"errors"`
}

func (p problem) has(code string) bool {
	for _, e := range p.Errors {
		if e.Code == code {
			return true
		}
	}
	return false
}

// post posts a body as the administrator.
func (w *world) post(body []byte, out any) int {
	x := &walker{w: w, token: w.token()}
	ctx, cancel := context.WithTimeout(w.t.Context(), 30*time.Second)
	defer cancel()
	return x.do(ctx, http.MethodPost, "/v1/inspections/"+string(north)+"/submissions", body, out)
}

// largest is an entry of exactly 1 MiB. Fields have their own limits, so it takes
// thousands of attributes that the framework does not have.
func (w *world) largest() jsontext.Value {
	w.t.Helper()
	attributes := map[string]*string{}
	value := strings.Repeat("x", entry.MaxKey)
	for k := range 4800 {
		attributes[fmt.Sprintf("a-%04d", k)] = &value
	}
	e := caseEntry(north, "c-8")
	e.Body = entry.Case{Case: "c-8", Attributes: attributes}
	raw := w.encode(e)
	e.Note = strings.Repeat("n", entry.MaxEntryBytes-len(raw)-len(`"note":"",`))
	return w.encode(e)
}

// token is the administrator's.
func (w *world) token() string {
	w.t.Helper()
	token, err := client.TokenFrom(w.process.ready.AdminTokenFile)
	w.must(err)
	return token
}

// Entries that are wrong each in their own way are refused one by one, and the
// good one among them is recorded.
func TestBadEntries(t *testing.T) {
	t.Parallel()
	w := newWorld(t, settings{})
	first := caseEntry(north, "c-1")
	other := first
	other.Note = "other content"
	future := caseEntry(north, "c-2")
	future.OccurredAt = time.Now().Add(6 * time.Minute).UTC().Truncate(time.Second)
	stamped := bytes.Replace(w.encode(caseEntry(north, "c-3")), []byte(`"kind"`),
		[]byte(`"recorded_at":"2030-01-01T00:00:00Z","kind"`), 1)
	padded := w.encode(caseEntry(north, "c-4"))
	padded = append(bytes.Repeat([]byte(" "), 2*entry.MaxEntryBytes), padded...)
	largest := w.largest()
	above := bytes.Replace(largest, []byte(`"note":"`), []byte(`"note":"n`), 1)
	receipts, err := w.submit(w.encode(first), w.encode(first), w.encode(other), w.encode(caseEntry(south, "c-1")),
		w.encode(future), stamped, padded, largest, above,
		w.encode(caseEntry(north, "c-7")))
	w.must(err)
	says(t, "the first", receipts[0], entry.StatusRecorded, "")
	says(t, "the same id", receipts[1], entry.StatusDuplicate, "")
	says(t, "the same id, other content", receipts[2], entry.StatusRejected, "id_reused")
	says(t, "another inspection", receipts[3], entry.StatusRejected, "wrong_inspection")
	says(t, "six minutes ahead", receipts[4], entry.StatusRejected, "occurred_in_future")
	says(t, "its own recorded_at", receipts[5], entry.StatusRejected, "unknown_field")
	says(t, "2 MiB of white space", receipts[6], entry.StatusRecorded, "")
	says(t, "1 MiB", receipts[7], entry.StatusRejected, "unknown_attribute")
	says(t, "a byte more", receipts[8], entry.StatusRejected, "too_long")
	says(t, "the last", receipts[9], entry.StatusRecorded, "")
	for name, body := range map[string]string{
		"no JSON": "{", "no entries": `{"submission":"` + uuid.NewString() + `","entries":[]}`, "nothing": "",
		"no id": `{"entries":[{}]}`, "an unknown field": `{"submission":"` + uuid.NewString() + `","entries":[{}],"x":1}`,
	} {
		var p problem
		status := w.post([]byte(body), &p)
		if status != http.StatusUnprocessableEntity && status != http.StatusBadRequest || p.Detail == "" {
			t.Errorf("%s: answered %d %+v", name, status, p)
		}
	}
	large := `{"submission":"` + uuid.NewString() + `","entries":[` + strings.Repeat(" ", 8<<20) + `{}]}`
	if status := w.post([]byte(large), nil); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a body of 8 MiB was answered %d", status)
	}
	w.report("bad entries", w.audit())
}

// The answer to a submission is bounded too: where each of its conflicts shows a
// large event, not all of it fits into a message of the stream.
func TestLargeAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, settings{})
	attributes := map[string]*string{}
	for _, a := range reference().Attributes {
		if len(a.Values) > 0 {
			attributes[a.Name] = &a.Values[0]
		}
	}
	const cases, each = 6000, 2000
	for from := 0; from < cases; from += each {
		raw := make([]jsontext.Value, each)
		for n := range raw {
			e := caseEntry(north, events.CaseID(fmt.Sprintf("c-%d", from+n)))
			e.Body = entry.Case{Case: events.CaseID(fmt.Sprintf("c-%d", from+n)), Attributes: attributes}
			raw[n] = w.encode(e)
		}
		receipts, err := w.submit(raw...)
		w.must(err)
		says(t, "a case", receipts[0], entry.StatusRecorded, "")
	}
	raw := make([]jsontext.Value, cases)
	for n := range raw {
		raw[n] = w.encode(caseEntry(north, events.CaseID(fmt.Sprintf("c-%d", n))))
	}
	receipts, err := w.submit(raw...)
	w.must(err)
	for _, r := range receipts {
		if r.Status != entry.StatusConflict || r.Current == nil || r.Current.Revision != 1 {
			t.Fatalf("conflict: %+v", r)
		}
	}
	w.report("large answer", w.audit())
}

// A stream ends at revision 2^31-1.
func TestFullStream(t *testing.T) {
	t.Parallel()
	w := newWorld(t, settings{})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	w.describe(ctx, north, []events.CaseID{"c-1"})
	l, pool := w.ledger(ctx)
	defer pool.Close()
	q := sharedQuestion()
	data, err := codec.Encode(events.JudgementRecorded{Question: q.ID, Answer: q.Answers[0]})
	w.must(err)
	kind := events.JudgementRecorded{}.Kind()
	stream := events.JudgementStream(north, "c-1", q.ID)
	w.must(l.Update(ctx, programme, nil, func(ctx context.Context, tx *ledger.Tx) error {
		_, err := tx.Append(ctx, []ledger.Draft{{
			ID: uuid.New(), Stream: stream, Revision: events.MaxRevision - 1, Type: kind.Type,
			TypeVersion: kind.Version, OccurredAt: time.Now(), Actor: "test", Inspection: north, Case: "c-1",
			Causation: uuid.New(), Data: data,
		}})
		return err
	}))
	for n, want := range []struct {
		status entry.Status
		code   string
	}{{entry.StatusRecorded, ""}, {entry.StatusRejected, "stream_full"}} {
		at := events.MaxRevision - 1 + events.Revision(n)
		e := caseEntry(north, "c-1")
		e.Kind, e.Body = entry.KindJudgement, entry.Judgement{Case: "c-1", Question: q.ID, Answer: q.Answers[0]}
		e.ExpectedRevision, e.Reason = &at, "the last one"
		receipts, err := w.submit(w.encode(e))
		w.must(err)
		says(t, fmt.Sprintf("revision %d", at+1), receipts[0], want.status, want.code)
	}
}
