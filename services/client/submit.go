package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/services/intake"
)

// Submitter sends submissions through one of the doors.
type Submitter interface {
	// Submit returns a receipt for each entry. It tries again while the server is
	// away and waits while recording takes long, until the context ends.
	Submit(ctx context.Context, i events.InspectionID, s entry.Submission) ([]entry.Receipt, error)
}

// Submit implements [Submitter] over HTTP.
func (c *Client) Submit(ctx context.Context, i events.InspectionID, s entry.Submission) ([]entry.Receipt, error) {
	body, err := s.Encode()
	if err != nil {
		return nil, err
	}
	return c.settle(ctx, s.ID, func() (entry.Reply, error) {
		var r entry.Reply
		res, err := c.send(ctx, http.MethodPost,
			"/v1/inspections/"+url.PathEscape(string(i))+"/submissions", bytes.NewReader(body))
		if err != nil {
			return r, err
		}
		defer res.Body.Close()
		return r, json.NewDecoder(res.Body).Decode(&r)
	})
}

// settle sends until it is stored and asks until it is recorded.
func (c *Client) settle(
	ctx context.Context, id uuid.UUID, send func() (entry.Reply, error),
) ([]entry.Receipt, error) {
	reply, err := send()
	for try := 0; err != nil && temporary(err) && again(ctx, try); try++ {
		reply, err = send()
	}
	for try := 0; err == nil && reply.Receipts == nil && again(ctx, try); try++ {
		if reply, err = c.receipts(ctx, id); err != nil && (temporary(err) || errors.Is(err, errGone)) {
			err = nil
		}
	}
	if err != nil {
		return nil, err
	}
	if reply.Receipts == nil {
		return nil, fmt.Errorf("client: submission %s is stored and not recorded yet: %w", id, context.Cause(ctx))
	}
	return reply.Receipts, nil
}

// receipts asks what became of a submission.
func (c *Client) receipts(ctx context.Context, id uuid.UUID) (entry.Reply, error) {
	var r entry.Reply
	err := c.do(ctx, http.MethodGet, "/v1/submissions/"+id.String(), nil, &r)
	if HasCode(err, "not_found") {
		return r, errGone
	}
	return r, err
}

// answerWithin bounds one request through the NATS door: a request that was lost on
// the way has no answer, and is sent again.
const answerWithin = 30 * time.Second

// NATS submits through the NATS door and asks for late receipts over HTTP. It
// does not close the connection.
type NATS struct {
	Conn   *nats.Conn
	Client *Client
}

// Submit implements [Submitter].
func (n NATS) Submit(ctx context.Context, i events.InspectionID, s entry.Submission) ([]entry.Receipt, error) {
	body, err := s.Encode()
	if err != nil {
		return nil, err
	}
	return n.Client.settle(ctx, s.ID, func() (entry.Reply, error) {
		var r entry.Reply
		m := nats.NewMsg(intake.DoorSubject)
		m.Header.Set("Authorization", "Bearer "+n.Client.token)
		m.Header.Set(intake.HeaderInspection, string(i))
		m.Data = body
		try, cancel := context.WithTimeout(ctx, answerWithin)
		defer cancel()
		res, err := n.Conn.RequestMsgWithContext(try, m)
		if err != nil {
			return r, fmt.Errorf("client: %w", err)
		}
		status, err := strconv.Atoi(res.Header.Get(intake.HeaderStatus))
		if err != nil {
			return r, fmt.Errorf("client: the NATS door answered without a status")
		}
		if status >= http.StatusBadRequest {
			return r, problem(status, bytes.NewReader(res.Data))
		}
		return r, json.Unmarshal(res.Data, &r)
	})
}
