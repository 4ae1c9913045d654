package faults_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
	"github.com/nats-io/nats.go"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/services/intake"
)

// walker is a device that does not wait for receipts: its submissions are each the
// next revision of one judgement, so any change of their order shows.
type walker struct {
	w        *world
	device   *device
	token    string
	overNATS bool
	sent     []entry.Entry
	subs     []uuid.UUID
}

// walkers are as many, each with a case.
func (w *world) walkers(n int) []*walker {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 30*time.Second)
	defer cancel()
	var all []*walker
	var cases []events.CaseID
	for k := range n {
		d := &device{name: events.Actor(fmt.Sprintf("walker-%d", k)), inspection: north}
		d.cases = []events.CaseID{events.CaseID(d.name)}
		_, err := w.admin.AddTeamMember(ctx, north, d.name, events.RoleInspector, "")
		w.must(err)
		token, err := w.admin.Token(ctx, d.name, events.RoleInspector, north, time.Hour)
		w.must(err)
		cases = append(cases, d.cases...)
		w.devices = append(w.devices, d)
		all = append(all, &walker{w: w, device: d, token: token, overNATS: k%2 == 1})
	}
	w.describe(ctx, north, cases)
	return all
}

// step submits the next revision and returns the status, 0 if nobody answered.
func (x *walker) step(ctx context.Context) int {
	at := events.Revision(len(x.sent))
	q := sharedQuestion()
	e := entry.Entry{
		ID: uuid.New(), Kind: entry.KindJudgement, Programme: programme, Inspection: north,
		OccurredAt: time.Date(2013, 6, 3, 14, 30, 0, 0, time.UTC), ExpectedRevision: &at,
		Body: entry.Judgement{Case: x.device.cases[0], Question: q.ID, Answer: q.Answers[0]},
	}
	if at > 0 {
		e.Reason = "step"
	}
	raw, err := e.Encode()
	if err != nil {
		return 0
	}
	s := entry.Submission{ID: uuid.New(), Entries: []jsontext.Value{raw}}
	body, err := s.Encode()
	if err != nil {
		return 0
	}
	status := x.post(ctx, body)
	if status == http.StatusOK || status == http.StatusAccepted {
		x.sent, x.subs = append(x.sent, e), append(x.subs, s.ID)
	}
	return status
}

func (x *walker) post(ctx context.Context, body []byte) int {
	if x.overNATS {
		m := nats.NewMsg(intake.DoorSubject)
		m.Header.Set("Authorization", "Bearer "+x.token)
		m.Header.Set(intake.HeaderInspection, string(north))
		m.Data = body
		answer, err := x.w.nc.RequestMsgWithContext(ctx, m)
		if err != nil {
			return 0
		}
		status, _ := strconv.Atoi(answer.Header.Get(intake.HeaderStatus))
		return status
	}
	return x.do(ctx, http.MethodPost, "/v1/inspections/"+string(north)+"/submissions", body, nil)
}

// do makes one HTTP request, without trying again.
func (x *walker) do(ctx context.Context, method, path string, body []byte, out any) int {
	req, err := http.NewRequestWithContext(ctx, method, x.w.process.ready.URL+path, bytes.NewReader(body))
	if err != nil {
		return 0
	}
	req.Header.Set("Authorization", "Bearer "+x.token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || out != nil && json.Unmarshal(b, out) != nil {
		return 0
	}
	return res.StatusCode
}

// collect fetches the receipts of all submissions at their addresses, each of
// which must say that its revision was recorded.
func (x *walker) collect(ctx context.Context, within time.Duration) {
	x.w.t.Helper()
	for n, sub := range x.subs {
		var reply entry.Reply
		eventually(x.w.t, within, fmt.Sprintf("receipts of %s for step %d of %d", x.device.name, n+1, len(x.subs)), func() error {
			if status := x.do(ctx, http.MethodGet, "/v1/submissions/"+sub.String(), nil, &reply); status != http.StatusOK {
				return fmt.Errorf("status %d", status)
			}
			return nil
		})
		p := &pending{entry: x.sent[n], receipt: reply.Receipts[0]}
		if r := p.receipt; !r.Status.Accepted() || r.Revision != events.Revision(n+1) {
			x.w.t.Fatalf("%s: step %d of %d: %+v", x.device.name, n+1, len(x.subs), r)
		}
		x.device.mu.Lock()
		x.device.settled = append(x.device.settled, p)
		x.device.mu.Unlock()
	}
}
