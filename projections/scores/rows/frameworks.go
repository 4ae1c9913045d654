package rows

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/runner"
)

// maxParsed bounds how many frameworks are kept parsed.
const maxParsed = 128

// published is one row of score_frameworks, parsed; the zero value where there is
// none.
type published struct {
	framework *framework.Framework
	revision  int
}

// edition names a row of score_frameworks; rows never change.
type edition struct {
	generation runner.Generation
	position   events.Position
}

// frameworks keeps parsed what was read once.
type frameworks struct {
	parser parser
	mu     sync.Mutex
	parsed map[edition]published
}

func newFrameworks() *frameworks {
	return &frameworks{
		parser: parser{parsed: map[[sha256.Size]byte]*framework.Framework{}}, parsed: map[edition]published{},
	}
}

// at is the framework in force at a position.
func (f *frameworks) at(
	ctx context.Context, tx pgx.Tx, g runner.Generation, at events.Position,
) (published, error) {
	e := edition{generation: g}
	err := tx.QueryRow(ctx, `SELECT position FROM projections.score_frameworks
		WHERE generation = $1 AND position <= $2 ORDER BY position DESC LIMIT 1`, g, at).Scan(&e.position)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return published{}, nil
	case err != nil:
		return published{}, fmt.Errorf("rows: framework: %w", err)
	}
	return f.read(ctx, tx, e)
}

// all are the frameworks of a generation by revision.
func (f *frameworks) all(ctx context.Context, tx pgx.Tx, g runner.Generation) (map[int]published, error) {
	var editions []edition
	for e, err := range each(ctx, tx, `SELECT position FROM projections.score_frameworks WHERE generation = $1`,
		[]any{g}, func(r pgx.Rows, e *edition) error { return r.Scan(&e.position) }) {
		if err != nil {
			return nil, err
		}
		editions = append(editions, edition{g, e.position})
	}
	all := make(map[int]published, len(editions))
	for _, e := range editions {
		one, err := f.read(ctx, tx, e)
		if err != nil {
			return nil, err
		}
		all[one.revision] = one
	}
	return all, nil
}

// read is a framework, parsed at most once as long as it is kept.
func (f *frameworks) read(ctx context.Context, tx pgx.Tx, e edition) (published, error) {
	f.mu.Lock()
	one, ok := f.parsed[e]
	f.mu.Unlock()
	if ok {
		return one, nil
	}
	var source []byte
	err := tx.QueryRow(ctx, `SELECT revision, source FROM projections.score_frameworks
		WHERE generation = $1 AND position = $2`, e.generation, e.position).Scan(&one.revision, &source)
	if err != nil {
		return published{}, fmt.Errorf("rows: framework of position %d: %w", e.position, err)
	}
	one.framework, err = f.parser.parse(fmt.Sprintf("framework revision %d", one.revision), source)
	if err != nil {
		return published{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if kept, ok := f.parsed[e]; ok {
		return kept, nil
	}
	for old := range f.parsed {
		if len(f.parsed) < maxParsed {
			break
		}
		delete(f.parsed, old)
	}
	f.parsed[e] = one
	return one, nil
}
