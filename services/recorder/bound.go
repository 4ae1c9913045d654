package recorder

import (
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/services/delivery"
)

// headroom is what a message needs beside its payload.
const headroom = 64 << 10

// bounded encodes receipts so that they fit into one message. Ten thousand
// conflicts with large events do not: then all receipts go without the data of the
// current event, if need be without messages, and at last without the current
// event. Status, code, position and revision are always there.
func bounded(out delivery.Receipts, limit int) ([]byte, error) {
	payload, err := out.Encode()
	for _, shed := range []func(*entry.Receipt){
		func(r *entry.Receipt) {
			if r.Current != nil {
				r.Current.Data = nil
			}
		},
		func(r *entry.Receipt) { r.Message = "" },
		func(r *entry.Receipt) { r.Current = nil },
	} {
		if err != nil || len(payload) <= limit-headroom {
			break
		}
		for n := range out.Receipts {
			shed(&out.Receipts[n])
		}
		payload, err = out.Encode()
	}
	return payload, err
}
