package recorder

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/services/delivery"
)

// Whatever receipts say, they fit into a message, and say as much as fits.
func TestReceiptsFit(t *testing.T) {
	t.Parallel()
	const limit = 8 << 20
	for name, tt := range map[string]struct {
		entries, data, actor          int
		keepsData, keepsText, keepsIt bool
	}{
		"one":        {1, 1 << 20, 10, true, true, true},
		"large data": {10_000, 2000, 10, false, true, true},
		"long names": {10_000, 2000, entry.MaxMember, false, true, true},
		"too long":   {10_000, 2000, 2 * entry.MaxMember, false, false, true},
		"one huge":   {1, limit, 10, false, true, true},
	} {
		actor := events.Actor(strings.Repeat("a", tt.actor))
		out := delivery.Receipts{Submission: uuid.New(), Actor: actor}
		for range tt.entries {
			out.Receipts = append(out.Receipts, entry.Receipt{
				ID: uuid.New(), Status: entry.StatusConflict, Code: "conflict", Field: "expected_revision",
				Message: "expected revision 0, but " + string(actor) + " made revision 1; look at it and expect that one",
				Current: &entry.Current{
					Revision: 1, Position: 7, Actor: actor, EventID: uuid.New(),
					Data: append(append([]byte(`"`), bytes.Repeat([]byte("x"), tt.data)...), '"'),
				},
			})
		}
		payload, err := bounded(out, limit)
		if err != nil || len(payload) > limit-headroom {
			t.Fatalf("%s: %d bytes, %v", name, len(payload), err)
		}
		got, err := delivery.DecodeReceipts(payload)
		if err != nil || len(got.Receipts) != tt.entries {
			t.Fatalf("%s: %d receipts, %v", name, len(got.Receipts), err)
		}
		r := got.Receipts[tt.entries-1]
		if r.Status != entry.StatusConflict || r.Code != "conflict" || (r.Current != nil) != tt.keepsIt ||
			(r.Message != "") != tt.keepsText || r.Current != nil && (r.Current.Data != nil) != tt.keepsData {
			t.Errorf("%s: current %t, message %t", name, r.Current != nil, r.Message != "")
		}
	}
}
