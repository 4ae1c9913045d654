package importer

import (
	"context"
	"fmt"
	"hash/fnv"
	"sync"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/services/client"
)

// chunk is the number of entries of one submission.
const chunk = 200

// Result is what became of the rows and their entries.
type Result struct {
	Recorded   int `json:"recorded"`
	Duplicates int `json:"duplicates"`
	Conflicts  int `json:"conflicts"`
	// Rejected counts what was refused for any other reason, bad rows included:
	// with Conflicts it is the number of problems.
	Rejected int       `json:"rejected"`
	Problems []Problem `json:"problems"`
	// Position is the highest position of a recorded or known entry; 0 for none.
	Position events.Position `json:"position,omitempty"`
}

// Refused is the number of rows that are not in the ledger: bad rows, conflicts
// and rejections.
func (r Result) Refused() int { return len(r.Problems) }

// Send sends the cases first and then everything else, divided over the
// submitters so that what belongs together goes through the same one. Progress is
// told after each submission; it is called from one goroutine at a time. Entries
// that were refused are reported at their rows.
func (d *Dataset) Send(
	ctx context.Context, inspection events.InspectionID, through []client.Submitter, progress func(done, total int),
) (Result, error) {
	s := &sending{
		inspection: inspection, through: through, progress: progress, total: len(d.Cases) + len(d.Rest),
		result: Result{Rejected: len(d.Problems), Problems: append([]Problem{}, d.Problems...)},
	}
	for _, phase := range [][]Planned{d.Cases, d.Rest} {
		if err := s.phase(ctx, phase); err != nil {
			return s.result, err
		}
	}
	sortProblems(s.result.Problems)
	return s.result, nil
}

type sending struct {
	inspection events.InspectionID
	through    []client.Submitter
	progress   func(done, total int)
	total      int

	mu     sync.Mutex
	done   int
	result Result
}

func (s *sending) phase(ctx context.Context, all []Planned) error {
	shares := make([][]Planned, len(s.through))
	for _, p := range all {
		h := fnv.New32a()
		_, _ = h.Write([]byte(p.Shard))
		n := int(h.Sum32() % uint32(len(shares)))
		shares[n] = append(shares[n], p)
	}
	g, ctx := errgroup.WithContext(ctx)
	for n, share := range shares {
		g.Go(func() error {
			for len(share) > 0 {
				k := min(chunk, len(share))
				if err := s.submit(ctx, s.through[n], share[:k]); err != nil {
					return err
				}
				share = share[k:]
			}
			return nil
		})
	}
	return g.Wait()
}

func (s *sending) submit(ctx context.Context, through client.Submitter, part []Planned) error {
	sub := entry.Submission{ID: uuid.New()}
	var sent []Planned
	for _, p := range part {
		raw, err := p.Entry.Encode()
		if err != nil {
			f, _ := entry.AsFieldError(err)
			s.refuse(p, entry.Receipt{Status: entry.StatusRejected, Code: f.Code, Field: f.Field, Message: f.Message})
			continue
		}
		sub.Entries = append(sub.Entries, raw)
		sent = append(sent, p)
	}
	if len(sent) == 0 {
		return nil
	}
	receipts, err := through.Submit(ctx, s.inspection, sub)
	if err != nil {
		return err
	}
	if len(receipts) != len(sent) {
		return fmt.Errorf("importer: %d entries got %d receipts", len(sent), len(receipts))
	}
	for n, r := range receipts {
		s.take(sent[n], r)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done += len(part)
	if s.progress != nil {
		s.progress(s.done, s.total)
	}
	return nil
}

func (s *sending) take(p Planned, r entry.Receipt) {
	if !r.Status.Accepted() {
		s.refuse(p, r)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result.Position = max(s.result.Position, r.Position)
	if r.Status == entry.StatusRecorded {
		s.result.Recorded++
	} else {
		s.result.Duplicates++
	}
}

// refuse reports a refused entry at its row.
func (s *sending) refuse(p Planned, r entry.Receipt) {
	problem := p.row.problem(column(p.Entry.Kind, r.Field), r.Code, "%s", r.Message)
	if r.Current != nil {
		problem.Message += fmt.Sprintf(" (now %q by %s, revision %d)", r.Current.Answer, r.Current.Actor, r.Current.Revision)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Status == entry.StatusConflict {
		s.result.Conflicts++
	} else {
		s.result.Rejected++
	}
	s.result.Problems = append(s.result.Problems, *problem)
}
