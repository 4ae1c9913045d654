package ledger

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aboveline/aboveline/events"
)

// Outline is who did what and when, without the hashes.
type Outline struct {
	Position   events.Position
	ID         events.EventID
	Type       events.Type
	Version    int // of the type
	Actor      events.Actor
	Case       events.CaseID
	OccurredAt time.Time
	RecordedAt time.Time
	// Data is nil unless it was asked for.
	Data []byte
}

// Kind is the persisted shape of the data.
func (o *Outline) Kind() events.Kind { return events.Kind{Type: o.Type, Version: o.Version} }

const (
	outlineColumns = `SELECT position, occurred_at, recorded_at, type_version, event_id, type, actor, case_id`
	outlineAny     = ` FROM ledger.events WHERE programme = $1 AND position = ANY ($2::bigint[])`
	outlineRange   = ` FROM ledger.events WHERE programme = $1 AND position BETWEEN $2 AND $3`
)

// Outlines are the events of p at the given positions, which must ascend; the n-th
// belongs to the n-th position. An event that the log does not have is an error.
// data asks for their data too.
func (l *Ledger) Outlines(
	ctx context.Context, p events.Programme, positions []events.Position, data bool,
) ([]Outline, error) {
	if len(positions) == 0 {
		return nil, nil
	}
	sql := outlineColumns
	if data {
		sql += `, data`
	}
	args := []any{string(p)}
	first, last := positions[0], positions[len(positions)-1]
	if last-first < 2*events.Position(len(positions)) { // reading past some costs less than finding each
		sql, args = sql+outlineRange, append(args, int64(first), int64(last))
	} else {
		wanted := make([]int64, len(positions))
		for n, at := range positions {
			wanted[n] = int64(at)
		}
		sql, args = sql+outlineAny, append(args, wanted)
	}
	rows, err := query(ctx, l.pool, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("ledger: outlines of %q: %w", p, err)
	}
	defer rows.Close()
	all := make([]Outline, len(positions))
	var (
		d    decoder
		o    Outline
		read int
	)
	for rows.Next() {
		if err := d.outline(&o, rows.RawValues()); err != nil {
			return nil, err
		}
		n, ok := slices.BinarySearch(positions, o.Position)
		if !ok {
			continue
		}
		all[n] = o
		read++
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("ledger: outlines of %q: %w", p, err)
	}
	if read != len(positions) {
		return nil, fmt.Errorf("ledger: outlines of %q: of %d positions the log has %d", p, len(positions), read)
	}
	return all, nil
}

// outline reads one row of the query of Outlines.
func (d *decoder) outline(o *Outline, raw [][]byte) error {
	for c, size := range [...]int{8, 8, 8, 4, 16} {
		if len(raw[c]) != size {
			return errors.New("ledger: a column of an outline has the wrong size")
		}
	}
	be := binary.BigEndian
	o.Position = events.Position(be.Uint64(raw[0]))
	o.OccurredAt, o.RecordedAt = timestamp(raw[1]), timestamp(raw[2])
	o.Version = int(int32(be.Uint32(raw[3])))
	o.ID = events.EventID(raw[4])
	o.Type, o.Actor, o.Case = name(d, o.Type, raw[5]), name(d, o.Actor, raw[6]), name(d, o.Case, raw[7])
	o.Data = nil
	if len(raw) > 8 {
		o.Data = slices.Clone(raw[8])
	}
	return nil
}
