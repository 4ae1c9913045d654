package tables

import (
	"cmp"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/query"
)

// below marks a figure that moves, though its printed percent does not.
const below = " *"

// Preview writes what a framework would change: its edits, the figures that would
// move, those that move most first, and the questions behind them. Name is what it
// is called; at most so many rows of a table are written, 0 for all.
func Preview(w io.Writer, name string, p query.Preview, rows int) error {
	b := &strings.Builder{}
	fmt.Fprintf(b, "%s against revision %d of %s, position %d\n", name, p.FromRevision, p.Programme, p.Position)
	for _, line := range p.Edits {
		fmt.Fprintf(b, "  %s\n", line)
	}
	if p.Parked > 0 {
		fmt.Fprintf(b, "%d streams of events are parked: figures that they concern are incomplete, before and after\n", p.Parked)
	}
	if len(p.Changes) == 0 && len(p.Questions) == 0 {
		fmt.Fprintln(b, "no figure would move")
	}
	figures := FiguresMoved(p)
	b.WriteString(section("Figures that would move", len(figures), rows, func(n int) string { return figureTable(figures[:n]) }))
	if slices.ContainsFunc(figures, unprinted) {
		fmt.Fprintln(b, "* moves only below the printed percent")
	}
	b.WriteString(section("Questions behind them", len(p.Questions), rows,
		func(n int) string { return questionTable(p.Questions[:n]) }))
	if p.CasesMoved > 0 {
		fmt.Fprintf(b, "\n%d cases are behind them; --json lists them\n", p.CasesMoved)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// section is a table under its title, with a line about what is left out.
func section(title string, have, rows int, render func(n int) string) string {
	if have == 0 {
		return ""
	}
	n := have
	if rows > 0 {
		n = min(n, rows)
	}
	s := fmt.Sprintf("\n%s\n%s\n", title, render(n))
	if n < have {
		s += fmt.Sprintf("%d more are not shown; --all shows them\n", have-n)
	}
	return s
}

// FiguresMoved are the outcomes, sections and criteria that would move, those that
// gain or lose their score first, then by size.
func FiguresMoved(p query.Preview) []query.FigurePreview {
	moved := slices.DeleteFunc(slices.Clone(p.Changes), func(f query.FigurePreview) bool {
		return strings.HasPrefix(string(f.Figure), "question/")
	})
	slices.SortStableFunc(moved, func(a, b query.FigurePreview) int {
		if (a.Score == "") != (b.Score == "") {
			return cmp.Compare(b.Score, a.Score)
		}
		return size(b).Cmp(size(a))
	})
	return moved
}

// size is by how much a figure moves, 0 where it is none before or after.
func size(f query.FigurePreview) *big.Rat {
	d, ok := difference(f)
	if !ok {
		return new(big.Rat)
	}
	return d.Abs(d)
}

func difference(f query.FigurePreview) (*big.Rat, bool) {
	before, after := new(big.Rat), new(big.Rat)
	if f.Before.Exact == nil || f.After.Exact == nil {
		return before, false
	}
	_, ok := before.SetString(*f.Before.Exact)
	if _, also := after.SetString(*f.After.Exact); !ok || !also {
		return before, false
	}
	return after.Sub(after, before), true
}

// unprinted reports whether a figure moves and its percent does not.
func unprinted(f query.FigurePreview) bool {
	return f.Before.Percent != nil && f.After.Percent != nil && *f.Before.Percent == *f.After.Percent
}

func figureTable(figures []query.FigurePreview) string {
	t := New("", "Inspection", "Figure", "Name", "Before", "After", "Points", "Note")
	for _, f := range figures {
		points := ""
		if d, ok := difference(f); ok {
			points = d.Mul(d, big.NewRat(100, 1)).FloatString(2)
			if d.Sign() > 0 {
				points = "+" + points
			}
		}
		after := Percent(f.After.Percent)
		if unprinted(f) {
			after += below
		}
		t.AppendRow(table.Row{
			f.Inspection, f.Figure, text.Snip(f.Name, 40, "…"), Percent(f.Before.Percent), after, points, note(f),
		})
	}
	right(t, "Before", "After", "Points")
	return Render(t)
}

// note says what is more than a number about a change.
func note(f query.FigurePreview) string {
	var notes []string
	if f.Score != "" {
		notes = append(notes, f.Score+" its score")
	}
	if f.BandBefore != f.BandAfter && f.BandBefore != "" && f.BandAfter != "" {
		notes = append(notes, f.BandBefore+" → "+f.BandAfter)
	}
	return strings.Join(notes, ", ")
}

func questionTable(questions []query.QuestionPreview) string {
	t := New("", "Inspection", "Question", "Above, before", "After", "Unanswered", "Flagged", "Cases")
	for _, q := range questions {
		t.AppendRow(table.Row{
			q.Inspection, q.Question, share(q.Before), share(q.After), fromTo(q.Before.Unanswered, q.After.Unanswered),
			fromTo(q.Before.Flagged, q.After.Flagged), q.Cases,
		})
	}
	right(t, "Above, before", "After", "Unanswered", "Flagged", "Cases")
	return Render(t)
}

func share(t query.TallyPreview) string { return fmt.Sprintf("%d of %d", t.Above, t.Relevant) }

// fromTo is empty where nothing was and nothing is.
func fromTo(before, after int) string {
	switch {
	case before == 0 && after == 0:
		return ""
	case before == after:
		return fmt.Sprint(before)
	}
	return fmt.Sprintf("%d → %d", before, after)
}

// Drafts is the table of the frameworks that are kept for others to look at.
func Drafts(p events.Programme, drafts []query.Draft) string {
	t := New(fmt.Sprintf("Drafts of %s", p), "Name", "Kept by", "At", "Against revision")
	for _, d := range drafts {
		t.AppendRow(table.Row{d.Name, d.Actor, d.KeptAt.Local().Format("2006-01-02 15:04:05"), d.Base})
	}
	right(t, "Against revision")
	return Render(t)
}
