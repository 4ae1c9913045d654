package tables

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/aboveline/aboveline/services/query"
)

// Changes is the table of what moved a figure.
func Changes(title string, changes []query.FigureChange) string {
	t := New(title, "Position", "Recorded", "Who", "Case", "Question", "Answer", "Before", "After", "Exact before", "Exact after")
	for _, c := range changes {
		t.AppendRow(table.Row{
			c.Position, c.RecordedAt.Local().Format("2006-01-02 15:04:05"), c.Actor, c.Case, question(c), what(c),
			Percent(c.Before.Percent), Percent(c.After.Percent), exact(c.Before.Exact), exact(c.After.Exact),
		})
	}
	right(t, "Position", "Before", "After")
	return Render(t)
}

// question is the question that was judged, or those that an event about
// something else moved.
func question(c query.FigureChange) string {
	if c.Question != "" || len(c.Moved) == 0 {
		return string(c.Question)
	}
	if len(c.Moved) > 1 {
		return fmt.Sprintf("%d questions", len(c.Moved))
	}
	return string(c.Moved[0].Question)
}

// what is the answer that was given, or the kind of event where none was.
func what(c query.FigureChange) string {
	if c.Answer != "" {
		return string(c.Answer)
	}
	return "(" + strings.ReplaceAll(string(c.Type), "_", " ") + ")"
}

// AppendMovement adds what one event did to a figure: figure, name, whole percents
// before and after, both with decimals, and who did it.
func AppendMovement(t table.Writer, f query.Figure, c query.FigureChange) {
	t.AppendRow(table.Row{
		f.Figure, text.Snip(f.Name, 40, "…"), Percent(c.Before.Percent), Percent(c.After.Percent),
		decimal(c.Before.Exact) + " → " + decimal(c.After.Exact), c.Actor,
	})
}

// decimal is an exact ratio in percent with two decimals.
func decimal(e *string) string {
	if e == nil {
		return "–"
	}
	r, ok := new(big.Rat).SetString(*e)
	if !ok {
		return *e
	}
	return r.Mul(r, big.NewRat(100, 1)).FloatString(2)
}
