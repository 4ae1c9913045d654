package ledger_test

import (
	"testing"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/events/proof"
)

// frontier is the one in the head row of p.
func frontier(t *testing.T, l *ledger.Ledger, p events.Programme) *proof.Frontier {
	t.Helper()
	var stored []byte
	err := ledger.Pool(l).QueryRow(t.Context(), `SELECT frontier FROM ledger.logs WHERE programme = $1`, string(p)).
		Scan(&stored)
	if err != nil {
		t.Fatal(err)
	}
	var f proof.Frontier
	if err := f.UnmarshalBinary(stored); err != nil {
		t.Fatal(err)
	}
	return &f
}
