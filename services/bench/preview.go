package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores/rows"
)

// groupBy counts what is above the line and what counts at all, as a query would
// that knows one line for all questions and no rules.
const groupBy = `SELECT inspection, question,
	count(*) FILTER (WHERE answer IN ('sufficient', 'yes', 'fully', 'partly', 'good', 'some')),
	count(*) FILTER (WHERE answer NOT IN ('', 'not_applicable'))
	FROM projections.score_answers JOIN projections.active USING (generation)
	WHERE programme = $1 AND projection = 'scores' GROUP BY inspection, question`

// The one question that is moved to another criterion.
const (
	questionAt = "\"4.1.07\"\n    criterion: \"4.1\""
	questionTo = "\"4.1.07\"\n    criterion: \"4.2\""
)

// previewRow asks what moving one question would do to the current answers of the
// long log, on a workbench that was loaded and is brought up to date each time,
// against counting in SQL.
func previewRow(ctx context.Context, b *bench) ([]figure, error) {
	l, err := b.longLog(ctx)
	if err != nil {
		return nil, err
	}
	if err := l.scored(ctx); err != nil {
		return nil, err
	}
	began := time.Now()
	w := rows.NewReader(l.pool).Workbench(l.ledger, l.programme)
	if err := w.Sync(ctx); err != nil {
		return nil, err
	}
	loaded := time.Since(began)
	current, _ := w.Fold().Framework()
	next, err := framework.Parse("moved", []byte(strings.Replace(string(current.Source), questionAt, questionTo, 1)))
	if err != nil {
		return nil, err
	}
	moved := 0
	s, err := b.interleave(ctx, repeat(1, func(ctx context.Context) (int, error) {
		if err := w.Sync(ctx); err != nil {
			return 0, err
		}
		p, err := w.Preview(next, 0)
		if moved = len(p.Figures); err == nil && moved == 0 {
			err = errors.New("the preview moves no figure")
		}
		return 1, err
	}), repeat(1, func(ctx context.Context) (int, error) {
		_, err := l.pool.Exec(ctx, groupBy, string(l.programme))
		return 1, err
	}))
	if err != nil {
		return nil, err
	}
	note := fmt.Sprintf("one question moved, %d inspections, position %d, %d figures move; loaded in %d ms",
		inspections, w.Position(), moved, loaded.Milliseconds())
	return []figure{
		{
			name: "preview", value: s[0].rate(), unit: "previews/s", baseline: s[1].rate(), bar: atLeast(20),
			note: note + "; against SQL GROUP BY over the answers",
		},
		{name: "preview-ms", value: 1000 / s[0].rate(), unit: "ms", bar: valueUpTo(5), note: note},
	}, nil
}

// scored brings the scores of the long log to its end, under their own name.
func (l *longLog) scored(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	reached := false
	err := runner.Run(ctx, runner.Config{
		Pool: l.pool, Ledger: l.ledger, Programme: l.programme, Projection: rows.Projection{},
		Progress: func(at events.Position) {
			if reached = int(at) >= l.events; reached {
				cancel()
			}
		},
	})
	if err == nil && !reached {
		err = ctx.Err()
	}
	return err
}
