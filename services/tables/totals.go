package tables

import (
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/services/query"
)

// Skipped is how many of the changes that were asked for an explanation leaves out.
func Skipped(e query.Explanation) int {
	asked := e.Totals
	if e.Matched != nil {
		asked = e.Matched
	}
	n := -len(e.Changes)
	for _, t := range asked {
		n += t.Changes
	}
	return n
}

// Totals is the table of all changes of a figure by cause, and beside them those
// that the filters let through. The last line is the figure.
func Totals(e query.Explanation) string {
	header := []string{"Cause", "Changes", "Points", "Exact"}
	if e.Matched != nil {
		header = append(header, "Of these asked for", "Points asked for", "Exact asked for")
	}
	t := New("By cause", header...)
	changes := 0
	for n, total := range e.Totals {
		row := table.Row{total.Cause, total.Changes, total.Points, total.Net}
		if e.Matched != nil {
			row = append(row, e.Matched[n].Changes, e.Matched[n].Points, e.Matched[n].Net)
		}
		t.AppendRow(row)
		changes += total.Changes
	}
	t.AppendFooter(table.Row{"figure", changes, decimal(e.Value.Exact), exact(e.Value.Exact)})
	t.Style().Format.Footer = text.FormatDefault
	right(t, header[1:]...)
	return Render(t)
}

// Difference writes the figures that differ between two moments.
func Difference(w io.Writer, d query.Difference) error {
	t := New("Differences", "Figure", "Name", "Before", "After", "Exact before", "Exact after", "Changes")
	differ := 0
	for _, f := range d.Figures {
		if exact(f.Before.Exact) == exact(f.After.Exact) {
			continue
		}
		differ++
		t.AppendRow(table.Row{
			f.Figure, text.Snip(f.Name, 40, "…"), Percent(f.Before.Percent), Percent(f.After.Percent),
			exact(f.Before.Exact), exact(f.After.Exact), counts(f.Changes),
		})
	}
	right(t, "Before", "After")
	_, err := fmt.Fprintf(w, "%s of %s: from %s (%s) to %s (%s), %d of %d figures differ\n",
		d.Inspection, d.Programme, d.From.Moment, place(d.From), d.To.Moment, place(d.To), differ, len(d.Figures))
	if err == nil && len(d.Changes) > 0 {
		_, err = fmt.Fprintf(w, "between them: %s\n", counts(d.Changes))
	}
	if err == nil && differ > 0 {
		_, err = fmt.Fprintf(w, "\n%s\n", Render(t))
	}
	return err
}

func place(s query.Side) string {
	return fmt.Sprintf("position %d, framework revision %d", s.Position, s.FrameworkRevision)
}

// counts are numbers of changes in the order of the causes.
func counts(c query.Counts) string {
	s := ""
	for _, cause := range scores.Causes() {
		if n := c[cause]; n > 0 {
			if s != "" {
				s += ", "
			}
			s += fmt.Sprintf("%d %s", n, cause)
		}
	}
	return s
}
