package verify

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/aboveline/aboveline/events"
)

const (
	// maxDifferences is how many differences of a programme are listed, the first ones.
	maxDifferences = 20
	// maxFound is how many are remembered to choose them from.
	maxFound = 1000
)

// Report is what was checked and what is wrong.
type Report struct {
	// Programmes are those that were checked, in byte order.
	Programmes []Programme `json:"programmes"`
	// Differences are in the order of the programmes, then of the positions; those
	// whose place is known exactly come before ranges that hold them.
	Differences []Difference `json:"differences"`
	// More is how many differences were found and not listed.
	More int `json:"more,omitempty"`
	// Unchecked says what could not be checked and what would be needed.
	Unchecked []string `json:"unchecked,omitempty"`
	// Warnings are about what does not alter the ledger and should not be so: guards
	// that were taken away.
	Warnings []string      `json:"warnings,omitempty"`
	Took     time.Duration `json:"took_ns"`
}

// Programme is what was read of one log.
type Programme struct {
	Programme events.Programme `json:"programme"`
	// Events were read and Root is the root over their leaves; together they are what
	// a checkpoint would say.
	Events      uint64 `json:"events"`
	Root        Hash   `json:"root"`
	Checkpoints int    `json:"checkpoints"`
	Tiles       int    `json:"tiles"`
}

// Hash is a root; in JSON it is lower-case hex.
type Hash [32]byte

// MarshalText implements encoding.TextMarshaler.
func (h Hash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

// Difference is one thing that is not as it should be.
type Difference struct {
	Programme events.Programme `json:"programme"`
	// Position is the first that fails, Through the last: the same where the place is
	// known exactly.
	Position events.Position `json:"position"`
	Through  events.Position `json:"through"`
	// Table and Column name where, such as ledger.events and actor.
	Table  string `json:"table"`
	Column string `json:"column,omitempty"`
	// Expected and Found are values as text. Data is never quoted, only its bytes that
	// differ.
	Expected string `json:"expected,omitempty"`
	Found    string `json:"found,omitempty"`
	// Problem says in words what this means.
	Problem string `json:"problem"`
}

// String is one line without a line feed.
func (d Difference) String() string {
	at := fmt.Sprintf("position %d", d.Position)
	if d.Through != d.Position {
		at = fmt.Sprintf("positions %d to %d", d.Position, d.Through)
	}
	return fmt.Sprintf("%s of %s: %s, column %s: expected %s, found %s: %s",
		at, d.Programme, d.Table, d.Column, d.Expected, d.Found, d.Problem)
}

// OK reports whether nothing is wrong.
func (r Report) OK() bool { return len(r.Differences) == 0 }

// First is the first difference, if there is one.
func (r Report) First() (Difference, bool) {
	if r.OK() {
		return Difference{}, false
	}
	return r.Differences[0], true
}

// Events is how many events were read in all.
func (r Report) Events() uint64 {
	var n uint64
	for _, p := range r.Programmes {
		n += p.Events
	}
	return n
}

// WriteTo writes the report as text: a line for each programme, then what is wrong.
func (r Report) WriteTo(w io.Writer) (int64, error) {
	var b strings.Builder
	for _, p := range r.Programmes {
		fmt.Fprintf(&b, "%s: %d events, %d checkpoints, %d tiles, root %x\n",
			p.Programme, p.Events, p.Checkpoints, p.Tiles, p.Root)
	}
	for _, line := range r.Unchecked {
		fmt.Fprintf(&b, "not checked: %s\n", line)
	}
	for _, line := range r.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", line)
	}
	for _, d := range r.Differences {
		fmt.Fprintf(&b, "FAILED %s\n", d)
	}
	if r.More > 0 {
		fmt.Fprintf(&b, "FAILED %d more differences are not listed\n", r.More)
	}
	if r.OK() {
		fmt.Fprintf(&b, "verified %d events of %d programmes in %s\n",
			r.Events(), len(r.Programmes), r.Took.Round(time.Millisecond))
	}
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}

// order sorts differences: exact places before the ranges that hold them.
func order(ds []Difference) {
	slices.SortStableFunc(ds, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.Through, b.Through), cmp.Compare(b.Position, a.Position))
	})
}
