package tables

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/query"
)

// PreviewCSV writes every figure that would move, one a line, under a line of
// names.
func PreviewCSV(w io.Writer, p query.Preview) error {
	out := csv.NewWriter(w)
	err := out.Write([]string{
		"programme", "inspection", "figure", "name", "exact_before", "percent_before", "exact_after", "percent_after",
		"band_before", "band_after", "score", "questions", "from_revision", "position",
	})
	if err != nil {
		return err
	}
	for _, f := range p.Changes {
		cells := []string{
			string(p.Programme), string(f.Inspection), string(f.Figure), f.Name,
			optional(f.Before.Exact), printed(f.Before.Percent), optional(f.After.Exact), printed(f.After.Percent),
			f.BandBefore, f.BandAfter, f.Score, joined(f.Questions),
			strconv.Itoa(p.FromRevision), strconv.FormatUint(uint64(p.Position), 10),
		}
		for n := range cells {
			cells[n] = Cell(cells[n])
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// Cell is a text that a spreadsheet takes for text: one that it would take for a
// formula gets an apostrophe in front.
func Cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(s)[0]) {
		return "'" + s
	}
	return s
}

func optional(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func printed(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

func joined(questions []events.QuestionID) string {
	texts := make([]string, len(questions))
	for n, q := range questions {
		texts[n] = string(q)
	}
	return strings.Join(texts, " ")
}
