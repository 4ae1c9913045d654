package courier

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/nats-io/nats.go"
)

// subscription is one call of Subscribe. Its goroutine run owns every field below the channels; it alone sends on out and
// closes it. One goroutine for each message in flight waits for Ack or Nack, answers the server and reports on settled.
type subscription struct {
	*Subscriber
	topic   string
	route   Route
	log     *slog.Logger
	ctx     context.Context // of every message; ends when the subscription gives up waiting for handlers
	cancel  context.CancelFunc
	out     chan *message.Message
	arrived chan *nats.Msg
	settled chan *delivery
	ensured chan error
	ending  chan struct{} // closed by end
	endOnce sync.Once
	abandon chan struct{} // closed when handlers took too long to finish
	done    chan struct{} // closed last

	sub     *nats.Subscription
	inbox   string
	subject string // of pull requests
	pull    pull
	held    map[place]*delivery // what the server waits to hear about from us
	queue   []*delivery         // arrived and not yet handed out
	bytes   int                 // size of all held
	flying  int                 // handed out and not settled
	working int                 // goroutines that will report on settled
	order   uint64
	alone   bool // the next request takes one message of any size
	full    bool // the next message does not fit until another is settled
	paused  bool // no request before retry fires or the consumer is ensured
	pauses  uint64
	retry   *time.Timer
	side    sync.WaitGroup // goroutines that ensure the consumer
}

func startSubscription(ctx context.Context, s *Subscriber, topic string, route Route) (*subscription, error) {
	x := &subscription{
		Subscriber: s, topic: topic, route: route,
		log: s.cfg.Log.With(slog.String("topic", topic), slog.String("consumer", s.durable(topic))),
		out: make(chan *message.Message), arrived: make(chan *nats.Msg), settled: make(chan *delivery),
		ensured: make(chan error, 1), ending: make(chan struct{}), abandon: make(chan struct{}),
		done: make(chan struct{}), inbox: s.nc.NewInbox(), held: map[place]*delivery{},
	}
	sub, err := s.nc.Subscribe(x.inbox+".*", func(m *nats.Msg) {
		select {
		case x.arrived <- m:
		case <-x.done:
		}
	})
	if err != nil {
		return nil, fmt.Errorf("courier: topic %q: %w", topic, err)
	}
	// What arrives is bounded by the pull requests; the client must not drop any of it.
	if err := sub.SetPendingLimits(-1, -1); err != nil {
		return nil, fmt.Errorf("courier: topic %q: %w", topic, err)
	}
	x.sub = sub
	x.subject = "$JS.API.CONSUMER.MSG.NEXT." + route.Stream + "." + s.durable(topic)
	if s.cfg.Domain != "" {
		x.subject = "$JS." + s.cfg.Domain + strings.TrimPrefix(x.subject, "$JS")
	}
	x.ctx, x.cancel = context.WithCancel(ctx)
	x.retry = time.NewTimer(time.Hour)
	go x.run(ctx)
	return x, nil
}

func (x *subscription) end() { x.endOnce.Do(func() { close(x.ending) }) }

func (x *subscription) run(ctx context.Context) {
	changes := x.nc.StatusChanged(nats.CONNECTED, nats.CLOSED)
	progress := time.NewTicker(x.cfg.AckWait / 3)
	watch := time.NewTicker(x.cfg.heartbeat())
	defer close(x.done)
	defer x.nc.RemoveStatusListener(changes)
	defer x.side.Wait()
	defer x.cancel()
	defer x.retry.Stop()
	defer progress.Stop()
	defer watch.Stop()
	for {
		x.request()
		out, next := x.next()
		select {
		case m := <-x.arrived:
			x.arrive(m)
		case out <- next:
			x.handedOut()
		case d := <-x.settled:
			x.release(d)
		case <-progress.C:
			x.progress()
		case <-watch.C:
			x.checkSilence()
		case <-x.retry.C:
			x.paused = false
		case err := <-x.ensured:
			x.afterEnsure(err)
		case change := <-changes:
			if change == nats.CLOSED {
				x.log.ErrorContext(ctx, "connection closed; subscription ends")
				x.finish(progress.C)
				return
			}
			x.pull.open, x.paused, x.pauses = false, false, 0
		case <-x.ending:
			x.finish(progress.C)
			return
		case <-ctx.Done():
			x.finish(progress.C)
			return
		}
	}
}

// next is the message to hand out, on a nil channel if there is none or enough are in flight.
func (x *subscription) next() (chan<- *message.Message, *message.Message) {
	if len(x.queue) == 0 || x.flying >= x.cfg.MaxInFlight {
		return nil, nil
	}
	return x.out, x.queue[0].msg
}

func (x *subscription) handedOut() {
	d := x.queue[0]
	x.queue = x.queue[1:]
	x.flying++
	x.working++
	go x.attend(d)
}

// request asks the server for as many messages as there are free places, if no request is open.
func (x *subscription) request() {
	free, room := x.cfg.MaxInFlight-len(x.held), x.cfg.MaxBytes-x.bytes
	if x.pull.open || x.paused || x.full || free <= 0 || room <= 0 || !x.nc.IsConnected() {
		return
	}
	if x.alone {
		free, room, x.alone = 1, 0, false
	}
	err := x.pull.request(x.nc, x.subject, x.inbox, x.cfg.PullExpiry, x.cfg.heartbeat(), free, room)
	if err != nil {
		x.pull.open = false
		x.pause("pull request failed", err.Error())
	}
}

// arrive takes a message or a status of the server.
func (x *subscription) arrive(m *nats.Msg) {
	if strings.HasPrefix(m.Subject, x.inbox+".") {
		x.heed(m)
		return
	}
	d, err := receive(x.ctx, m, x.order+1)
	if err != nil {
		x.log.Error("message did not come from a consumer; ignored", slog.Any("error", err))
		return
	}
	x.pull.got()
	x.pauses = 0
	if earlier, ok := x.held[d.place]; ok && earlier.again(d.reply) {
		d.cancel()
		return
	}
	x.held[d.place] = d
	x.bytes += d.bytes
	if d.msg == nil {
		x.working++
		go x.reject(d)
		return
	}
	x.order++
	x.queue = append(x.queue, d)
}

// heed acts on what the server says about the open pull request.
func (x *subscription) heed(m *nats.Msg) {
	if !x.pull.concerns(m.Subject) {
		return
	}
	x.pull.heard = time.Now()
	what, text := statusOf(m)
	x.pull.open = what == statusAlive
	switch what {
	case statusAlive, statusOver:
		x.pauses = 0
	case statusTooBig:
		x.alone, x.full = len(x.held) == 0, len(x.held) > 0
	case statusGone:
		x.ensure(text)
	case statusRefused:
		x.pause("pull request refused", text)
	}
}

// checkSilence gives up a request that the server no longer speaks about, as after a restart that went unnoticed.
func (x *subscription) checkSilence() {
	if x.pull.open && time.Since(x.pull.heard) > 3*x.cfg.heartbeat() && x.nc.IsConnected() {
		x.pull.open = false
		x.log.Warn("server is silent; asking again")
	}
}

func (x *subscription) pause(what, why string) {
	x.pauses++
	d := Backoff(250*time.Millisecond, 5*time.Second)(x.pauses)
	x.paused = true
	x.retry.Reset(d)
	x.log.Warn("pull requests pause", slog.String("event", what), slog.String("server_says", why), slog.Duration("pause", d))
}

// ensure creates the consumer again after the server said that there is none.
func (x *subscription) ensure(why string) {
	x.paused = true
	x.retry.Stop()
	x.log.Warn("consumer does not answer; creating it", slog.String("server_says", why))
	x.side.Go(func() {
		ctx, cancel := context.WithTimeout(x.ctx, 5*time.Second)
		defer cancel()
		err := x.ensureConsumer(ctx, x.topic, x.route)
		select {
		case x.ensured <- err:
		case <-x.ctx.Done(): // the subscription has ended and waits for this
		}
	})
}

func (x *subscription) afterEnsure(err error) {
	if err != nil {
		x.pause("consumer could not be created", err.Error())
		return
	}
	x.pause("consumer created", "")
}

// progress tells the server that every held message is still being worked on.
func (x *subscription) progress() {
	if !x.nc.IsConnected() {
		return
	}
	for _, d := range x.held {
		if err := d.progress(x.nc); err != nil {
			x.log.Warn("sign of life failed", slog.Any("error", err))
			return
		}
	}
}

// release forgets a settled delivery.
func (x *subscription) release(d *delivery) {
	x.working--
	if d.msg != nil {
		x.flying--
	}
	x.forget(d)
	x.full = false
}

func (x *subscription) forget(d *delivery) {
	if x.held[d.place] == d {
		delete(x.held, d.place)
	}
	x.bytes -= d.bytes
}
