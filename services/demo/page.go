package demo

import (
	"fmt"
	"io"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/aboveline/aboveline/projections/scores"
	"github.com/aboveline/aboveline/services/query"
	"github.com/aboveline/aboveline/services/tables"
)

// page is where the demo is shown.
type page struct {
	out    io.Writer
	colour bool
}

// say writes a line; a reader that has gone does not stop the demo.
func (p *page) say(format string, args ...any) {
	_, _ = fmt.Fprintf(p.out, format+"\n", args...)
}

// mark is a yes or no.
func (p *page) mark(ok bool) string {
	sign, colour := "✗", "\x1b[31m"
	if ok {
		sign, colour = "✓", "\x1b[32m"
	}
	if !p.colour {
		return sign
	}
	return colour + sign + "\x1b[0m"
}

// strong makes a text stand out.
func (p *page) strong(s string) string {
	if !p.colour {
		return s
	}
	return "\x1b[1m" + s + "\x1b[0m"
}

// compare is the table of outcome scores beside the published ones, and whether
// all of them match. A framework without published scores matches nothing.
func (d *demonstration) compare() (string, bool) {
	t := tables.New("Outcomes", "#", "Outcome", "Published", "Computed", "", "Exact")
	compared, matched := 0, 0
	for _, o := range d.data.Framework.Outcomes {
		f := figure(d.figures, scores.Outcome(o.Number))
		if o.PublishedScore == nil {
			continue
		}
		compared++
		ok := f.Percent != nil && *f.Percent == *o.PublishedScore
		if ok {
			matched++
		}
		exact := "–"
		if f.Exact != nil {
			exact = *f.Exact
		}
		t.AppendRow(table.Row{
			o.Number, o.Name, tables.Percent(o.PublishedScore), d.page.strong(tables.Percent(f.Percent)), d.page.mark(ok), exact,
		})
	}
	t.SetColumnConfigs([]table.ColumnConfig{
		{Name: "Published", Align: text.AlignRight}, {Name: "Computed", Align: text.AlignRight},
	})
	return tables.Render(t), compared > 0 && matched == compared
}

// figure finds a figure; one that is not there has no value.
func figure(s query.Scores, id scores.FigureID) query.Figure {
	for _, f := range s.Figures {
		if f.Figure == id {
			return f
		}
	}
	return query.Figure{Figure: id}
}

func since(t time.Time) time.Duration { return time.Since(t).Round(10 * time.Millisecond) }
