package recorder

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/aboveline/aboveline/services/courier"
)

// comesAgain reports whether the delivery may have been handled before: it was
// delivered to someone, or it is older than this recorder, and a crash may have
// cost the stream the memory of having delivered it.
func (r *Recorder) comesAgain(msg *message.Message) bool {
	if n, err := strconv.ParseUint(msg.Metadata.Get(courier.MetaDelivered), 10, 64); err == nil && n > 1 {
		return true
	}
	stored, err := time.Parse(time.RFC3339Nano, msg.Metadata.Get(courier.MetaTime))
	return err == nil && stored.Before(r.started)
}

// answered reports whether the receipts of a delivery are on RECEIPTS. Such a
// delivery is never decided again: what was refused then could be recorded now,
// after its sender was told that it was not.
func (r *Recorder) answered(ctx context.Context, w *work) (bool, error) {
	stream := r.receipts.Load()
	if stream == nil {
		s, err := r.js.Stream(ctx, courier.StreamReceipts)
		if err != nil {
			return false, fmt.Errorf("recorder: look for receipts: %w", err)
		}
		stream = &s
		r.receipts.Store(stream)
	}
	_, err := (*stream).GetLastMsgForSubject(ctx, w.delivery.ReceiptSubject(w.submission.ID))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("recorder: look for receipts: %w", err)
	}
	return true, nil
}
