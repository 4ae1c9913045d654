package courier

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// SubscriberConfig configures a Subscriber. Only Group is required.
type SubscriberConfig struct {
	// Group names the consumers: all subscribers of one group share one durable consumer per topic and divide its messages
	// among them. The durable is called <group>_<topic>, both as tokens.
	Group string
	// Routing finds stream and filter of a topic. Default: Standard().Find.
	Routing Routing

	// MaxInFlight is how many messages one subscription hands out before the first of them is acknowledged. With 1 (the
	// default) messages come strictly in stream order, over all subscribers of the group and over redeliveries; with more
	// they are handed out in stream order, but one that is delivered again comes after those handed out meanwhile.
	MaxInFlight int
	// MaxUnacked bounds the unacknowledged messages of the whole group. Default: 1 if MaxInFlight is 1, otherwise 8 times
	// MaxInFlight, so that several subscribers fit. It must be 1 if MaxInFlight is 1.
	MaxUnacked int
	// MaxBytes bounds the payloads and headers that one subscription holds; a single larger message is still taken, alone.
	// Default: 64 MiB.
	MaxBytes int

	// AckWait is how long the server waits for a sign of life before it delivers a message again. The subscription gives
	// one every third of it for every message that it holds, so a slow handler keeps its message; AckWait matters when a
	// process dies. Default: 30 s.
	AckWait time.Duration
	// NakDelay is how long a message rests after its n-th delivery (from 1) was refused with Nack. Default: Backoff with
	// 100 ms and 30 s.
	NakDelay func(n uint64) time.Duration
	// MaxDeliver is how often a message is delivered before the server gives it up. Default: without limit. A message given
	// up stays in the stream; whoever sets this watches the advisory $JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.
	MaxDeliver int

	// Reject takes a message that cannot become a watermill message. Nil from it means that it is taken care of and the
	// consumer is done with it; an error means that it is delivered again later. Default: ParkRejected.
	Reject RejectFunc

	// DrainTimeout is how long Close, or the end of the context given to Subscribe, lets handlers finish the messages they
	// have; after it the messages' contexts are cancelled and the messages go back to the stream. Default: 10 s.
	DrainTimeout time.Duration
	// PullExpiry is how long one pull request waits at the server; a sixth of it, at most 2 s, is the heartbeat by which a
	// silent server is noticed, after three of them. Default: 30 s.
	PullExpiry time.Duration

	// FromNow lets a new consumer begin with messages stored from now on rather than with the oldest. It cannot be changed
	// on a consumer that exists, and a work-queue stream refuses it.
	FromNow bool
	// InactiveThreshold removes the durable consumer after it had no subscriber for so long. Default: never.
	InactiveThreshold time.Duration
	// Domain is the JetStream domain, for connections to a leaf node. Default: none.
	Domain string
	// Log gets what goes wrong and heals by itself. Payloads and headers are never logged. Default: slog.Default().
	Log *slog.Logger
}

func (c SubscriberConfig) withDefaults() SubscriberConfig {
	if c.Routing == nil {
		c.Routing = Standard().Find
	}
	c.MaxInFlight = cmp.Or(c.MaxInFlight, 1)
	if c.MaxUnacked == 0 {
		c.MaxUnacked = 1
		if c.MaxInFlight > 1 {
			c.MaxUnacked = 8 * c.MaxInFlight
		}
	}
	c.MaxBytes = cmp.Or(c.MaxBytes, 64<<20)
	c.AckWait = cmp.Or(c.AckWait, 30*time.Second)
	if c.NakDelay == nil {
		c.NakDelay = Backoff(100*time.Millisecond, 30*time.Second)
	}
	c.MaxDeliver = cmp.Or(c.MaxDeliver, -1)
	c.DrainTimeout = cmp.Or(c.DrainTimeout, 10*time.Second)
	c.PullExpiry = cmp.Or(c.PullExpiry, 30*time.Second)
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c
}

func (c SubscriberConfig) validate() error {
	var errs []error
	refuse := func(bad bool, format string, args ...any) {
		if bad {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	refuse(c.Group == "", "Group is required; it names the durable consumer")
	refuse(c.MaxInFlight < 1, "MaxInFlight is %d; it must be at least 1", c.MaxInFlight)
	refuse(c.MaxInFlight == 1 && c.MaxUnacked != 1, "MaxUnacked is %d; strict order (MaxInFlight 1) needs 1", c.MaxUnacked)
	refuse(c.MaxUnacked < c.MaxInFlight, "MaxUnacked %d is less than MaxInFlight %d", c.MaxUnacked, c.MaxInFlight)
	refuse(c.MaxBytes < 0, "MaxBytes is %d; it must be positive", c.MaxBytes)
	refuse(c.AckWait < 100*time.Millisecond, "AckWait is %s; it must be at least 100ms", c.AckWait)
	refuse(c.PullExpiry < time.Second, "PullExpiry is %s; it must be at least 1s", c.PullExpiry)
	refuse(c.DrainTimeout < 0, "DrainTimeout is %s; it must not be negative", c.DrainTimeout)
	if len(errs) > 0 {
		return fmt.Errorf("courier: subscriber of group %q: %w", c.Group, errors.Join(errs...))
	}
	return nil
}

// heartbeat is how often the server says that a waiting pull request is alive.
func (c SubscriberConfig) heartbeat() time.Duration { return min(c.PullExpiry/6, 2*time.Second) }

// Backoff doubles a delay with every delivery, from first up to limit.
func Backoff(first, limit time.Duration) func(n uint64) time.Duration {
	return func(n uint64) time.Duration {
		d := first
		for ; n > 1 && d < limit; n-- {
			d *= 2
		}
		return min(d, limit)
	}
}
