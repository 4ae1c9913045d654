package rows

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/projections/runner"
	"github.com/aboveline/aboveline/projections/scores"
)

// Trail is everything that moved one figure of one inspection, in memory and of one
// snapshot.
type Trail struct {
	// Position is how far the scores had read.
	Position events.Position
	// Revision is the framework in force there, 0 before the first.
	Revision int
	figure   scores.FigureID
	history  []scores.Movement
	all      map[int]published
}

// Trail reads the movements that can move a figure, under whichever framework. A
// figure that no framework of the programme has is an error for which
// scores.IsUnknownFigure holds.
func (r *Reader) Trail(
	ctx context.Context, p events.Programme, i events.InspectionID, figure scores.FigureID,
) (*Trail, error) {
	var t *Trail
	err := r.snapshot(ctx, p, i, func(tx pgx.Tx, g runner.Generation, head events.Position) error {
		all, err := r.frameworks.all(ctx, tx, g)
		if err != nil {
			return err
		}
		now, err := r.frameworks.at(ctx, tx, g, head)
		if err != nil {
			return err
		}
		t = &Trail{Position: head, Revision: now.revision, figure: figure, all: all}
		if _, ok := t.Title(); !ok {
			return &scores.UnknownFigureError{Figure: figure}
		}
		t.history, err = movements(ctx, tx, i, `question = ANY ($3)`, g, string(i), feeding(figure, all))
		return err
	})
	return t, err
}

// Changes are the changes of the figure, as scores.Explain gives them.
func (t *Trail) Changes() iter.Seq2[scores.Change, error] {
	return scores.Explain(t.framework, t.figure, func(yield func(scores.Movement, error) bool) {
		for _, m := range t.history {
			if !yield(m, nil) {
				return
			}
		}
	})
}

// Positions are those of the movements, ascending, each once. Every change is at
// one of them; the movement of a framework need not be a change.
func (t *Trail) Positions() []events.Position {
	positions := make([]events.Position, 0, len(t.history))
	for _, m := range t.history {
		if n := len(positions); n == 0 || positions[n-1] != m.Position {
			positions = append(positions, m.Position)
		}
	}
	return positions
}

// Title is the name of the figure in the framework in force or, where that does not
// have it any more, in the newest that has; false where none has.
func (t *Trail) Title() (string, bool) {
	revisions := make([]int, 0, len(t.all))
	for revision := range t.all {
		revisions = append(revisions, revision)
	}
	slices.SortFunc(revisions, func(a, b int) int {
		if a == t.Revision || b == t.Revision {
			return cmp.Compare(b2i(b == t.Revision), b2i(a == t.Revision))
		}
		return cmp.Compare(b, a)
	})
	for _, revision := range revisions {
		for _, f := range scores.Figures(t.all[revision].framework, nil) {
			if f.Name == t.figure {
				return f.Title, true
			}
		}
	}
	return "", false
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (t *Trail) framework(revision int) (*framework.Framework, error) { return find(t.all, revision) }

// feeding are the questions that feed a figure under any of the frameworks, and "",
// that of the movements of frameworks.
func feeding(figure scores.FigureID, all map[int]published) []string {
	questions := []string{""}
	for _, one := range all {
		fed, err := figure.Questions(one.framework)
		if err != nil {
			continue // this framework does not have the figure
		}
		for _, q := range fed {
			questions = append(questions, string(q))
		}
	}
	slices.Sort(questions)
	return slices.Compact(questions)
}
