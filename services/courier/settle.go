package courier

import (
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"
)

// attend waits for the handler's word on a message and passes it to the server.
func (x *subscription) attend(d *delivery) {
	answer := answerAck
	select {
	case <-d.msg.Acked():
	case <-d.msg.Nacked():
		answer = answerNak(x.cfg.NakDelay(d.delivered))
	case <-x.abandon:
		select {
		case <-d.msg.Acked():
		default:
			answer = answerNak(0)
		}
	}
	x.answer(d, answer)
	d.cancel()
	x.settled <- d
}

// reject passes a message that cannot be converted to the RejectFunc and ends it at the server if that took care of it.
func (x *subscription) reject(d *delivery) {
	answer := answerTerm
	if err := x.cfg.Reject(x.ctx, d.rejected); err != nil {
		answer = answerNak(x.cfg.NakDelay(d.delivered))
		x.log.Error("rejected message not taken care of; it comes again",
			slog.Uint64("sequence", d.place.sequence), slog.Any("error", err))
	}
	x.answer(d, answer)
	x.settled <- d
}

func (x *subscription) answer(d *delivery, answer []byte) {
	if err := d.settle(x.nc, answer); err != nil {
		x.log.Error("answer lost; the message comes again", slog.Any("error", err))
	}
}

// finish closes the output, takes no more messages, gives back those not handed out, and lets handlers end theirs until
// DrainTimeout. When it returns, all goroutines of the subscription but run have ended and the answers are on their way.
func (x *subscription) finish(progress <-chan time.Time) {
	close(x.out)
	drained := make(chan struct{})
	x.sub.SetClosedHandler(func(string) { close(drained) })
	wait := x.sub.Drain() == nil
	for _, d := range x.queue {
		x.giveBack(d)
	}
	x.queue = nil
	timeout := time.NewTimer(x.cfg.DrainTimeout)
	defer timeout.Stop()
	for wait || x.working > 0 {
		select {
		case m := <-x.arrived:
			x.decline(m)
		case d := <-x.settled:
			x.release(d)
		case <-drained:
			drained, wait = nil, false
		case <-progress:
			x.progress()
		case <-timeout.C:
			if x.working > 0 {
				x.log.Warn("handlers did not finish in time; their messages come again",
					slog.Int("messages", x.working), slog.Duration("drain_timeout", x.cfg.DrainTimeout))
			}
			wait = false
			x.cancel()
			close(x.abandon)
		}
	}
	if x.nc.IsConnected() {
		if err := x.nc.FlushTimeout(2 * time.Second); err != nil {
			x.log.Warn("server did not confirm the last answers", slog.Any("error", err))
		}
	}
}

// decline gives back a message that arrived after the end.
func (x *subscription) decline(m *nats.Msg) {
	d, err := receive(x.ctx, m, 0)
	if err != nil {
		return // a status, or not from a consumer
	}
	if earlier, ok := x.held[d.place]; ok && earlier.again(d.reply) {
		d.cancel()
		return
	}
	x.held[d.place] = d
	x.bytes += d.bytes
	x.giveBack(d)
}

func (x *subscription) giveBack(d *delivery) {
	x.answer(d, answerNak(0))
	d.cancel()
	x.forget(d)
}
