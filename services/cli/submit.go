package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/services/api"
	"github.com/aboveline/aboveline/services/client"
	"github.com/aboveline/aboveline/services/tables"
)

type submitCommand struct {
	File   string `arg:"" help:"File of entries, one JSON object a line; - reads standard input."`
	Atomic bool   `help:"Record all entries or none; they must be about one inspection."`

	Patience time.Duration `default:"2m" help:"How long to wait for a server that is away or busy."`
}

// Limits of one submission. An atomic one takes what the server takes, less some
// room for what stands around and between the entries.
const (
	submitEntries = 500
	submitBytes   = 4 << 20
	atomicBytes   = api.BodyLimit - 64<<10
)

// Run submits the entries and prints their receipts in the order of the file.
func (c submitCommand) Run(ctx context.Context, s *session) error {
	server, err := s.client()
	if err != nil {
		return err
	}
	in := s.stdin
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return usagef("%v", err)
		}
		defer f.Close()
		in = f
	}
	b := &outbox{server: server, door: patient{server, c.Patience}, highest: map[events.InspectionID]events.Position{}}
	if c.Atomic {
		err = b.readAtomic(in)
	} else {
		err = b.read(ctx, in)
	}
	if err == nil {
		err = b.flush(ctx, c.Atomic)
	}
	lost := b.drop()
	refused := s.printReceipts(ctx, b)
	if err != nil {
		if lost > 0 {
			fmt.Fprintf(s.stderr, "aboveline: %d entries have no receipt; sending the same file again is safe\n", lost)
		}
		return err
	}
	return refused
}

// outbox is a file of entries on its way: receipts has a place for each line, in
// the order of the file, and pending says which places wait for the entries that
// are next to be sent.
type outbox struct {
	server   *client.Client
	door     client.Submitter
	receipts []entry.Receipt
	highest  map[events.InspectionID]events.Position

	inspection events.InspectionID
	entries    [][]byte
	pending    []int
	bytes      int
}

// read sends the good lines on, a submission at a time, and refuses the others
// here. Entries of one inspection that stand together travel together.
func (b *outbox) read(ctx context.Context, in io.Reader) error {
	for line, err := range entry.Lines(in, 0) {
		e, err := b.decode(line, err)
		if err != nil {
			return err
		}
		if e == nil {
			continue
		}
		if len(b.entries) > 0 && (e.Inspection != b.inspection ||
			len(b.entries) == submitEntries || b.bytes+len(line.Raw) > submitBytes) {
			if err := b.flush(ctx, false); err != nil {
				return err
			}
		}
		b.add(*e, line)
	}
	return nil
}

// readAtomic takes the whole file into one submission, or refuses it.
func (b *outbox) readAtomic(in io.Reader) error {
	for line, err := range entry.Lines(in, 0) {
		e, err := b.decode(line, err)
		if err != nil {
			return err
		}
		if e == nil {
			continue
		}
		if len(b.entries) > 0 && e.Inspection != b.inspection {
			return fmt.Errorf("line %d is about inspection %q, earlier lines about %q; --atomic takes one inspection only",
				line.N, e.Inspection, b.inspection)
		}
		b.add(*e, line)
		if len(b.entries) > entry.MaxEntries || b.bytes > atomicBytes {
			return fmt.Errorf("line %d: too much for one submission; --atomic takes %d entries and %d bytes at most",
				line.N, entry.MaxEntries, atomicBytes)
		}
	}
	if len(b.entries) > 0 && len(b.receipts) > len(b.entries) {
		return errors.New("the file has bad lines and --atomic was given, so nothing was sent")
	}
	return nil
}

// decode reads one line; nil means that it was refused here. The error is for a
// file that cannot be read any further.
func (b *outbox) decode(line entry.Line, err error) (*entry.Entry, error) {
	if err != nil {
		if _, ok := entry.AsFieldError(err); !ok {
			return nil, err
		}
		b.refuse(uuid.Nil, line.N, err)
		return nil, nil
	}
	e, err := entry.Decode(line.Raw)
	if err == nil && e.Kind.Control() {
		err = &entry.FieldError{
			Code: entry.CodeUnknownKind, Field: "kind",
			Message: "is not for files of entries: there is a command for it",
		}
	}
	if err != nil {
		b.refuse(e.ID, line.N, err)
		return nil, nil
	}
	return &e, nil
}

func (b *outbox) refuse(id uuid.UUID, line int, err error) {
	r := entry.Rejected(id, err)
	r.Message = fmt.Sprintf("line %d: %s", line, r.Message)
	b.receipts = append(b.receipts, r)
}

func (b *outbox) add(e entry.Entry, line entry.Line) {
	b.inspection = e.Inspection
	b.entries = append(b.entries, line.Raw)
	b.bytes += len(line.Raw)
	b.pending = append(b.pending, len(b.receipts))
	b.receipts = append(b.receipts, entry.Receipt{ID: e.ID})
}

// flush sends what was gathered and puts the receipts in their places. Entries
// for an inspection that is not there, or closed to the caller, are refused one by
// one and cost the rest of the file nothing.
func (b *outbox) flush(ctx context.Context, atomic bool) error {
	if len(b.entries) == 0 {
		return nil
	}
	sub := entry.Submission{ID: uuid.New(), Atomic: atomic}
	for _, raw := range b.entries {
		sub.Entries = append(sub.Entries, raw)
	}
	receipts, err := b.door.Submit(ctx, b.inspection, sub)
	switch {
	case client.HasCode(err, "not_found"):
		for _, at := range b.pending {
			b.receipts[at].Status = entry.StatusRejected
			b.receipts[at].Code, b.receipts[at].Field = "unknown_inspection", "inspection"
			b.receipts[at].Message = err.Error()
		}
	case err != nil:
		return err
	case len(receipts) != len(b.entries):
		return fmt.Errorf("%d entries got %d receipts", len(b.entries), len(receipts))
	default:
		for n, r := range receipts {
			b.receipts[b.pending[n]] = r
			b.highest[b.inspection] = max(b.highest[b.inspection], r.Position)
		}
	}
	b.entries, b.pending, b.bytes = nil, nil, 0
	return nil
}

// drop takes out the places of entries that have no receipt because sending
// stopped before theirs came, and counts them.
func (b *outbox) drop() int {
	all := len(b.receipts)
	kept := b.receipts[:0]
	for _, r := range b.receipts {
		if r.Status != "" {
			kept = append(kept, r)
		}
	}
	b.receipts = kept
	return all - len(kept)
}

// printReceipts prints what became of the entries, when the figures have caught
// up with them.
func (s *session) printReceipts(ctx context.Context, b *outbox) error {
	for i, to := range b.highest {
		if b.server.CatchUp(ctx, i, to, figuresWithin) != nil {
			fmt.Fprintf(s.stderr, "aboveline: everything is recorded; the figures of %s are still catching up\n", i)
		}
	}
	refused := false
	for _, r := range b.receipts {
		refused = refused || !r.Status.Accepted()
		if s.json {
			if err := s.printJSON(r); err != nil {
				return err
			}
		}
	}
	if !s.json && len(b.receipts) > 0 {
		if _, err := fmt.Fprintln(s.stdout, tables.Receipts(b.receipts)); err != nil {
			return err
		}
	}
	if refused {
		return errRefused
	}
	return nil
}
