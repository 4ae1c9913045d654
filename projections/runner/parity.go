package runner

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"iter"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
)

// ParityError says in what a generation that was built differs from what it should
// be.
type ParityError struct {
	Problem string
}

// Error implements error.
func (e *ParityError) Error() string { return "parity does not hold: " + e.Problem }

// IsParity reports whether a build failed because its rows were found wrong.
func IsParity(err error) bool {
	var p *ParityError
	return errors.As(err, &p)
}

func disparity(format string, args ...any) error { return &ParityError{fmt.Sprintf(format, args...)} }

// verify checks the generation against the ledger, against a second fold, and
// against the active generation where that can be compared; then it is ready.
func (b *builder) verify(ctx context.Context) error {
	if err := b.enter(ctx, phaseChecking); err != nil {
		return err
	}
	sample, err := b.sample(ctx)
	if err != nil {
		return err
	}
	if err := b.checkActive(ctx, sample); err != nil {
		return err
	}
	if b.at.count != uint64(b.at.position) {
		return disparity("%d events went in up to position %d", b.at.count, b.at.position)
	}
	if err := b.checkDigest(ctx, "the generation", b.at); err != nil {
		return err
	}
	if err := b.checkRows(ctx, sample); err != nil {
		return err
	}
	_, err = b.conn.Exec(ctx, `UPDATE projections.generations SET verified_at = now(),
		state = CASE state WHEN 'building' THEN 'ready' ELSE state END WHERE generation = $1`, b.generation)
	if err != nil {
		return fmt.Errorf("runner: ready: %w", err)
	}
	return nil
}

// checkActive compares the active generation with the one built: what they have
// read, what they have parked, and, where both are of one version, their rows at one
// and the same position. It moves the generation there.
func (b *builder) checkActive(ctx context.Context, sample []events.InspectionID) error {
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return pgx.BeginTxFunc(ctx, b.config.Pool, snapshot, func(tx pgx.Tx) error {
		var (
			active  Generation
			version int
		)
		err := tx.QueryRow(ctx, `
			SELECT generation, version FROM projections.active JOIN projections.generations g USING (generation)
			WHERE active.projection = $1 AND active.programme = $2`, b.projection.Name(), string(b.programme)).
			Scan(&active, &version)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("runner: active generation: %w", err)
		}
		old, err := readCheckpoint(ctx, tx, active)
		if err != nil {
			return err
		}
		if old.position > b.at.position {
			if err := b.readTo(ctx, old.position); err != nil {
				return err
			}
		}
		if old.chained {
			if err := b.checkDigest(ctx, "the active generation", old); err != nil {
				return err
			}
		}
		if err := b.checkParked(ctx, tx, active, old.position); err != nil {
			return err
		}
		rows, ok := b.projection.(Checkable)
		if !ok || version != b.version || old.position != b.at.position {
			return nil
		}
		return b.compareRows(ctx, tx, rows, active, sample)
	})
}

// compareRows compares the rows of the active generation, as the snapshot has them,
// with those of the one built.
func (b *builder) compareRows(
	ctx context.Context, old pgx.Tx, rows Checkable, active Generation, sample []events.InspectionID,
) error {
	parked, err := b.hasParked(ctx, old, active)
	if err != nil || parked { // then the rows may well differ: the new one may have none
		return err
	}
	was, err := rows.Digest(ctx, old, active, sample)
	if err != nil {
		return err
	}
	is, err := b.digest(ctx, rows, sample)
	if err != nil {
		return err
	}
	if !bytes.Equal(was, is) {
		return disparity("at position %d, rows of inspections %q are not those of the active generation %d",
			b.at.position, sample, active)
	}
	return nil
}

// readTo applies the events up to a position that the ledger has.
func (b *builder) readTo(ctx context.Context, to events.Position) error {
	b.ahead.ready = false
	for b.at.position < to {
		moved, err := b.unit.step(ctx, min(b.config.Batch, int(to-b.at.position)))
		if err != nil {
			return err
		}
		b.ahead.ready = false // what was read ahead goes too far
		if !moved {
			return b.mismatch("the ledger ends before position %d, which the active generation has read", to)
		}
	}
	return nil
}

// checkDigest reads the leaf hashes of the ledger once more and compares.
func (b *builder) checkDigest(ctx context.Context, of string, at checkpoint) error {
	if !at.chained {
		return nil
	}
	var digest [32]byte
	rows, err := b.config.Pool.Query(ctx, `SELECT leaf FROM ledger.events
		WHERE programme = $1 AND position <= $2 ORDER BY position`,
		pgx.QueryExecModeCacheDescribe, pgx.QueryResultFormats{pgx.BinaryFormatCode}, string(b.programme), at.position)
	if err != nil {
		return fmt.Errorf("runner: leaf hashes: %w", err)
	}
	defer rows.Close()
	n := uint64(0)
	for rows.Next() {
		if raw := rows.RawValues()[0]; len(raw) == 32 {
			digest = link(digest, [32]byte(raw))
			n++
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("runner: leaf hashes: %w", err)
	}
	if n != at.count || digest != at.digest {
		return disparity("%s has read %d events with digest %x up to position %d, and the ledger has %d with %x",
			of, at.count, at.digest, at.position, n, digest)
	}
	return nil
}

// checkRows compares rows with what a second fold makes of the same events.
func (b *builder) checkRows(ctx context.Context, sample []events.InspectionID) error {
	rows, ok := b.projection.(Checkable)
	if !ok {
		return nil
	}
	want, err := rows.Recount(sample, b.events(ctx, sample))
	if err != nil {
		return fmt.Errorf("runner: second fold: %w", err)
	}
	got, err := b.digest(ctx, rows, sample)
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(got, want) {
		return disparity("at position %d, rows of inspections %q are not what a second fold makes of their events",
			b.at.position, sample)
	}
	return nil
}

// digest is that of rows of the generation built.
func (b *builder) digest(ctx context.Context, rows Checkable, sample []events.InspectionID) (digest []byte, err error) {
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err = pgx.BeginTxFunc(ctx, b.conn, snapshot, func(tx pgx.Tx) error {
		digest, err = rows.Digest(ctx, tx, b.generation, sample)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("runner: digest of rows: %w", err)
	}
	return digest, nil
}

// events are those of the inspections and of the framework that the generation has
// applied: what it parked is left out.
func (b *builder) events(ctx context.Context, of []events.InspectionID) iter.Seq2[Event, error] {
	prefixes := []events.Stream{events.ProgrammeStream(), events.FrameworkStream()}
	for _, i := range of {
		prefixes = append(prefixes, events.CaseFiles(i), events.InspectionStream(i))
	}
	return func(yield func(Event, error) bool) {
		parked, err := b.parkedPositions(ctx)
		if err != nil {
			yield(Event{}, err)
			return
		}
		for r, err := range b.ledger.ReadStreams(ctx, b.programme, prefixes, b.at.position) {
			if err != nil {
				yield(Event{}, err)
				return
			}
			if parked[r.Position] {
				continue
			}
			e, err := codec.Decode(r.Kind(), r.Data)
			if !yield(Event{&r, e}, err) || err != nil {
				return
			}
		}
	}
}

// sample chooses inspections of the programme: those with something parked first,
// then by chance, a different one for each generation. It goes by the log itself:
// every inspection has been opened in it.
func (b *builder) sample(ctx context.Context) ([]events.InspectionID, error) {
	parked := map[events.InspectionID]bool{}
	err := pgx.BeginFunc(ctx, b.conn, func(tx pgx.Tx) error {
		for p, err := range readParked(ctx, tx, b.generation, nil) {
			if err != nil {
				return err
			}
			parked[p.Inspection] = true
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	order := map[events.InspectionID]uint64{}
	for r, err := range b.ledger.ReadType(ctx, b.programme, events.TypeInspectionOpened) {
		if err != nil {
			return nil, fmt.Errorf("runner: inspections: %w", err)
		}
		h := fnv.New64a()
		_, _ = fmt.Fprintf(h, "%d/%s", b.generation, r.Inspection)
		if order[r.Inspection] = h.Sum64() >> 1; !parked[r.Inspection] {
			order[r.Inspection] |= 1 << 63
		}
	}
	all := slices.SortedFunc(maps.Keys(order), func(x, y events.InspectionID) int {
		return cmp.Or(cmp.Compare(order[x], order[y]), cmp.Compare(x, y))
	})
	all = all[:min(len(all), b.config.Sample)]
	slices.Sort(all)
	return all, nil
}
