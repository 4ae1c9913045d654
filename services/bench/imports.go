package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/importer"
)

// importDoors is the number of clients that share the rows.
const importDoors = 4

// importRow imports the reference set into a new programme in each round: the
// programme is opened before the time starts, which ends when the figures have
// taken in the last row.
func importRow(ctx context.Context, b *bench) (_ []figure, err error) {
	s, err := b.serve(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = firstOf(err, s.close(ctx)) }()
	var rates, receipts []float64
	entries := 0
	for round := range rounds + 1 {
		n, recorded, visible, err := s.imported(ctx, b.config.dataset, round)
		if err != nil {
			return nil, err
		}
		if round == 0 {
			continue // warm-up
		}
		entries = n
		receipts = append(receipts, float64(n)/recorded.Seconds())
		rates = append(rates, float64(n)/visible.Seconds())
	}
	return []figure{
		{
			name: "import", value: median(rates), unit: "entries/s",
			note: fmt.Sprintf("aboveline serve, %d entries through the NATS door by %d clients, to visible figures",
				entries, importDoors),
		},
		{name: "import-receipts", value: median(receipts), unit: "entries/s", note: "the same, to the last receipt"},
	}, nil
}

// imported imports once; it returns the time to the last receipt and to the
// figures.
func (s *serving) imported(ctx context.Context, dir string, round int) (
	n int, recorded, visible time.Duration, err error,
) {
	p := events.Programme(fmt.Sprintf("round-%d", round))
	i := events.InspectionID(fmt.Sprintf("area-%d", round))
	set, err := importer.Read(dir, importer.Target{Programme: p, Inspection: i})
	if err != nil {
		return 0, 0, 0, err
	}
	if _, err := set.Open(ctx, s.admin, i); err != nil {
		return 0, 0, 0, err
	}
	if _, err := s.admin.AddTeamMember(ctx, i, "importer", events.RoleLead, ""); err != nil {
		return 0, 0, 0, err
	}
	doors, err := s.doors(ctx, importDoors, s.admin)
	if err != nil {
		return 0, 0, 0, err
	}
	if err := s.await(ctx, p, 1); err != nil { // the projector has found the programme
		return 0, 0, 0, err
	}
	began := time.Now()
	result, err := set.Send(ctx, i, doors, nil)
	recorded = time.Since(began)
	switch {
	case err != nil:
		return 0, 0, 0, err
	case result.Refused() > 0:
		return 0, 0, 0, fmt.Errorf("%d rows were refused, the first: %s", result.Refused(), result.Problems[0])
	}
	err = s.await(ctx, p, result.Position)
	return result.Recorded, recorded, time.Since(began), err
}
