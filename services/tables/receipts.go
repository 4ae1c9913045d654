package tables

import (
	"cmp"
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/aboveline/aboveline/events/entry"
)

// Receipts is the table of what became of entries, in their order.
func Receipts(receipts []entry.Receipt) string {
	t := New("Receipts", "#", "Status", "Position", "Revision", "Id", "What is wrong")
	for n, r := range receipts {
		t.AppendRow(table.Row{n + 1, r.Status, nonzero(r.Position), nonzero(r.Revision), r.ID, Refusal(r)})
	}
	t.SetColumnConfigs([]table.ColumnConfig{
		{Name: "#", Align: text.AlignRight},
		{Name: "Position", Align: text.AlignRight},
		{Name: "Revision", Align: text.AlignRight},
		{Name: "What is wrong", WidthMax: 80, WidthMaxEnforcer: text.WrapSoft},
	})
	return Render(t)
}

// Refusal words why an entry was not accepted; empty if it was.
func Refusal(r entry.Receipt) string {
	if r.Status.Accepted() {
		return ""
	}
	s := cmp.Or(r.Message, r.Code)
	if r.Field != "" {
		s = r.Field + ": " + s
	}
	if c := r.Current; c != nil {
		s += fmt.Sprintf(" (now %q by %s at %s, revision %d)",
			c.Answer, c.Actor, c.RecordedAt.Local().Format("15:04:05"), c.Revision)
	}
	return s
}

func nonzero[T ~uint64 | ~int | ~int64 | ~uint32](n T) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}
