package tables

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/aboveline/aboveline/services/query"
)

// Scores writes outcomes, the grid of criteria and sections, under a line that
// says what they are of.
func Scores(w io.Writer, s query.Scores) error {
	_, err := fmt.Fprintf(w, "%s of %s: framework revision %d, position %d\n\n%s\n\n%s\n\n%s\n",
		s.Inspection, s.Programme, s.FrameworkRevision, s.Position, Outcomes(s), Grid(s), Sections(s))
	return err
}

// Outcomes is the table of outcome scores.
func Outcomes(s query.Scores) string {
	t := New("Outcomes", "#", "Outcome", "Score", "Questions", "Exact")
	for _, f := range of(s, "outcome/") {
		t.AppendRow(table.Row{number(f), f.Name, Percent(f.Percent), count(f.Questions), exact(f.Exact)})
	}
	right(t, "#", "Score", "Questions")
	return Render(t)
}

// Sections is the table of section scores.
func Sections(s query.Scores) string {
	t := New("Sections", "#", "Section", "Score", "Criteria", "Exact")
	for _, f := range of(s, "section/") {
		t.AppendRow(table.Row{number(f), f.Name, Percent(f.Percent), count(f.Criteria), exact(f.Exact)})
	}
	right(t, "#", "Score", "Criteria")
	return Render(t)
}

// Grid is the criteria: a row for each outcome, a column for each section. A cell
// that the framework does not have is empty; one without a score has a dash.
func Grid(s query.Scores) string {
	sections := of(s, "section/")
	header := []string{"Outcome"}
	for _, f := range sections {
		header = append(header, f.Name)
	}
	cells := map[string]query.Figure{}
	for _, f := range of(s, "criterion/") {
		cells[number(f)] = f
	}
	t := New("Criteria", header...)
	for _, o := range of(s, "outcome/") {
		row := table.Row{number(o) + " " + o.Name}
		for _, c := range sections {
			cell := ""
			if f, ok := cells[number(o)+"."+number(c)]; ok {
				cell = Percent(f.Percent)
			}
			row = append(row, cell)
		}
		t.AppendRow(row)
	}
	configs := []table.ColumnConfig{{Number: 1, WidthMax: 40}}
	for n := range sections {
		configs = append(configs, table.ColumnConfig{
			Number: n + 2, WidthMax: 14, WidthMaxEnforcer: text.WrapSoft, Align: text.AlignRight,
		})
	}
	t.SetColumnConfigs(configs)
	return Render(t)
}

// Percent is a whole percent, or a dash where there is no figure.
func Percent(p *int) string {
	if p == nil {
		return "–"
	}
	return strconv.Itoa(*p) + "%"
}

// New makes a table in the style of all tables here.
func New(title string, header ...string) table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.Style().Title.Align = text.AlignLeft
	t.Style().Options.DrawBorder = false
	t.SetTitle(title)
	row := table.Row{}
	for _, h := range header {
		row = append(row, h)
	}
	t.AppendHeader(row)
	return t
}

// Render is the table without the blanks that pad its lines.
func Render(t table.Writer) string {
	lines := strings.Split(t.Render(), "\n")
	for n, l := range lines {
		lines[n] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}

func right(t table.Writer, columns ...string) {
	configs := make([]table.ColumnConfig, len(columns))
	for n, c := range columns {
		configs[n] = table.ColumnConfig{Name: c, Align: text.AlignRight, AlignHeader: text.AlignRight}
	}
	t.SetColumnConfigs(configs)
}

// of are the figures of one kind, in the order of their numbers.
func of(s query.Scores, kind string) []query.Figure {
	var found []query.Figure
	for _, f := range s.Figures {
		if strings.HasPrefix(string(f.Figure), kind) {
			found = append(found, f)
		}
	}
	slices.SortStableFunc(found, func(a, b query.Figure) int {
		x, _ := strconv.Atoi(number(a)) // criteria are no numbers and keep their order
		y, _ := strconv.Atoi(number(b))
		return cmp.Compare(x, y)
	})
	return found
}

// number is the figure's id without its kind.
func number(f query.Figure) string {
	_, id, _ := strings.Cut(string(f.Figure), "/")
	return id
}

func count(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

func exact(e *string) string {
	if e == nil {
		return "–"
	}
	return *e
}
