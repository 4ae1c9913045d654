package courier

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// pull is the one pull request that a subscription has at the server. Its number is the last token of the reply subject,
// so a late word about an earlier request is told apart.
type pull struct {
	number uint64
	open   bool
	want   int       // messages still to come
	heard  time.Time // last message, heartbeat or status
}

// pullRequest is the body of $JS.API.CONSUMER.MSG.NEXT (ADR-37).
type pullRequest struct {
	Expires   time.Duration `json:"expires"`
	Batch     int           `json:"batch"`
	MaxBytes  int           `json:"max_bytes,omitempty"`
	Heartbeat time.Duration `json:"idle_heartbeat"`
}

// status is what the server says about a pull request instead of a message.
type status int

const (
	statusAlive   status = iota // heartbeat
	statusOver                  // ended normally or by its expiry: ask again
	statusTooBig                // the next message is larger than the bytes allowed
	statusGone                  // no consumer or no JetStream answers
	statusRefused               // anything else: ask again after a pause
)

// statusOf classifies a message that was sent to the inbox itself and not to a stream's subject. Messages of the stream
// keep their subject, so a stored message whose headers look like a status is never mistaken for one.
func statusOf(m *nats.Msg) (status, string) {
	code, text := m.Header.Get("Status"), m.Header.Get("Description")
	switch {
	case code == "100":
		return statusAlive, ""
	case code == "404" || code == "408":
		return statusOver, ""
	case code == "409" && strings.EqualFold(text, "Batch Completed"):
		return statusOver, ""
	case code == "409" && strings.EqualFold(text, "Message Size Exceeds MaxBytes"):
		return statusTooBig, ""
	case code == "503" || code == "409" && strings.EqualFold(text, "Consumer Deleted"):
		return statusGone, strings.TrimSpace(code + " " + text)
	}
	return statusRefused, strings.TrimSpace(code + " " + text)
}

// request sends the next pull request for at most batch messages and, unless it is 0, at most maxBytes bytes.
func (p *pull) request(nc *nats.Conn, subject, inbox string, expires, heartbeat time.Duration, batch, maxBytes int) error {
	body, err := json.Marshal(pullRequest{Expires: expires, Batch: batch, MaxBytes: maxBytes, Heartbeat: heartbeat})
	if err != nil {
		return fmt.Errorf("courier: pull request: %w", err)
	}
	p.number++
	p.open, p.want, p.heard = true, batch, time.Now()
	return nc.PublishRequest(subject, inbox+"."+strconv.FormatUint(p.number, 10), body)
}

// concerns reports whether a status subject belongs to the request at the server.
func (p *pull) concerns(subject string) bool {
	return p.open && strings.HasSuffix(subject, "."+strconv.FormatUint(p.number, 10))
}

// got counts one message.
func (p *pull) got() {
	p.heard = time.Now()
	if p.want--; p.want <= 0 {
		p.open = false
	}
}
