package courier

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ThreeDotsLabs/watermill/message"
)

// Topics of Aboveline and the streams that hold them.
const (
	TopicSubmissions = "submissions"
	TopicReceipts    = "receipts"
	TopicParked      = "parked"

	StreamSubmissions = "SUBMISSIONS"
	StreamReceipts    = "RECEIPTS"
	StreamParked      = "PARKED"
)

// Route says where a watermill topic lives in NATS.
type Route struct {
	// Stream is the JetStream stream; publishing fails if the subject belongs to another one.
	Stream string
	// Filter is the subject, with or without wildcards, that a subscription to the topic reads.
	Filter string
	// SubjectOf chooses the subject of one message that is published to the topic. Nil means Filter itself, which must
	// then have no wildcards.
	SubjectOf func(topic string, msg *message.Message) (string, error)
}

// Routing finds the route of a topic; an unknown topic is an error for which IsUnknownTopic is true. It must be safe for
// concurrent use.
type Routing func(topic string) (Route, error)

// Routes is a fixed routing table by topic.
type Routes map[string]Route

// Find is the table's Routing.
func (r Routes) Find(topic string) (Route, error) {
	route, ok := r[topic]
	if !ok {
		return Route{}, fmt.Errorf("courier: topic %q: %w", topic, errUnknownTopic)
	}
	return route, nil
}

// Standard is Aboveline's routing: submissions and receipts go to the subject given with To; a parked message that has
// none keeps the subject it came from behind "parked.".
func Standard() Routes {
	return Routes{
		TopicSubmissions: {Stream: StreamSubmissions, Filter: "submissions.>", SubjectOf: Addressed},
		TopicReceipts:    {Stream: StreamReceipts, Filter: "receipts.>", SubjectOf: Addressed},
		TopicParked:      {Stream: StreamParked, Filter: "parked.>", SubjectOf: parkedSubject},
	}
}

// SubmissionSubject is submissions.<programme>.<inspection>.<actor>, each as a Token; no inspection is "_".
func SubmissionSubject(programme, inspection, actor string) string {
	return "submissions." + Tokens(programme, inspection, actor)
}

// ReceiptSubject is receipts.<submission>, the id as a Token.
func ReceiptSubject(submission string) string { return "receipts." + Token(submission) }

// Addressed sends a message to the subject given with To.
func Addressed(topic string, msg *message.Message) (string, error) {
	if to := msg.Metadata.Get(MetaTo); to != "" {
		return to, nil
	}
	return "", fmt.Errorf("topic %q: %w", topic, errNoSubject)
}

func parkedSubject(_ string, msg *message.Message) (string, error) {
	if to := msg.Metadata.Get(MetaTo); to != "" {
		return to, nil
	}
	if from := msg.Metadata.Get(MetaSubject); from != "" {
		return "parked." + strings.TrimPrefix(from, "parked."), nil
	}
	return "parked.unaddressed", nil
}

// subject chooses and checks the subject of one message.
func (r Route) subject(topic string, msg *message.Message) (string, error) {
	subject := r.Filter
	if r.SubjectOf != nil {
		s, err := r.SubjectOf(topic, msg)
		if err != nil {
			return "", err
		}
		subject = s
	}
	if !publishable(subject) {
		return "", fmt.Errorf("subject %q: %w", subject, errBadSubject)
	}
	return subject, nil
}

// publishable reports whether subject is non-empty tokens without wildcards, white space or control characters.
func publishable(subject string) bool {
	for token := range strings.SplitSeq(subject, ".") {
		if token == "" || token == "*" || token == ">" || strings.ContainsFunc(token, unprintable) {
			return false
		}
	}
	return true
}

func unprintable(r rune) bool { return r <= ' ' || r == 0x7f }

var (
	errUnknownTopic = errors.New("no route for this topic; add it to the routing table")
	errNoSubject    = errors.New("message has no subject; name one with courier.To")
	errBadSubject   = errors.New("not a subject to publish to; build it from courier.Token")
	errClosed       = errors.New("closed")
)

// IsUnknownTopic reports whether err says that a topic has no route.
func IsUnknownTopic(err error) bool { return errors.Is(err, errUnknownTopic) }

// IsClosed reports whether err says that the publisher or subscriber was closed before the call.
func IsClosed(err error) bool { return errors.Is(err, errClosed) }
