package tables_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/query"
	"github.com/aboveline/aboveline/services/tables"
)

func value(exact string, percent int) query.Value {
	return query.Value{Exact: &exact, Percent: &percent}
}

func somePreview() query.Preview {
	return query.Preview{
		Programme: "p", FromRevision: 3, Position: 120, Edits: []string{"~ question 4.1.07: criterion: 4.1 -> 4.2"},
		Changes: []query.FigurePreview{
			{Inspection: "north", Figure: "outcome/4", Name: "Protecting", Before: value("3/4", 75), After: value("301/400", 75)},
			{
				Inspection: "north", Figure: "section/1", Name: "=cmd|' /C calc'!A0",
				Before: value("1/2", 50), After: value("1/4", 25),
				BandBefore: "good", BandAfter: "poor", Questions: []events.QuestionID{"4.1.07", "4.1.08"},
			},
			{Inspection: "north", Figure: "criterion/4.2", Name: "New", After: value("1/1", 100), Score: "gained"},
			{Inspection: "north", Figure: "question/4.1.07", Name: "Q", Before: value("0/1", 0), After: value("1/1", 100)},
		},
		Questions: []query.QuestionPreview{{
			Inspection: "north", Question: "4.1.07", Before: query.TallyPreview{Relevant: 1},
			After: query.TallyPreview{Above: 1, Relevant: 1, Flagged: 2}, Cases: 3,
		}},
		CasesMoved: 3,
	}
}

func TestPreview(t *testing.T) {
	t.Parallel()
	want := `edited.yaml against revision 3 of p, position 120
  ~ question 4.1.07: criterion: 4.1 -> 4.2

Figures that would move
 Inspection │ Figure        │ Name               │ Before │ After │ Points │ Note
────────────┼───────────────┼────────────────────┼────────┼───────┼────────┼──────────────────
 north      │ criterion/4.2 │ New                │      – │  100% │        │ gained its score
 north      │ section/1     │ =cmd|' /C calc'!A0 │    50% │   25% │ -25.00 │ good → poor
1 more are not shown; --all shows them
* moves only below the printed percent

Questions behind them
 Inspection │ Question │ Above, before │  After │ Unanswered │ Flagged │ Cases
────────────┼──────────┼───────────────┼────────┼────────────┼─────────┼───────
 north      │ 4.1.07   │        0 of 1 │ 1 of 1 │            │   0 → 2 │     3

3 cases are behind them; --json lists them
`
	var got strings.Builder
	if err := tables.Preview(&got, "edited.yaml", somePreview(), 2); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got.String()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	got.Reset()
	if err := tables.Preview(&got, "edited.yaml", query.Preview{Programme: "p"}, 0); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(got.String(), "\nno figure would move\n") {
		t.Errorf("an edit that moves nothing:\n%s", &got)
	}
}

// A spreadsheet that opens the file computes nothing.
func TestPreviewCSVHoldsNoFormulas(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := tables.PreviewCSV(&out, somePreview()); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
	if err != nil || len(lines) != 5 {
		t.Fatalf("%d lines (%v)", len(lines), err)
	}
	want := []string{
		"p", "north", "section/1", "'=cmd|' /C calc'!A0", "1/2", "50", "1/4", "25", "good", "poor", "",
		"4.1.07 4.1.08", "3", "120",
	}
	if d := cmp.Diff(want, lines[2]); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	for in, want := range map[string]string{
		"": "", "outcome/1": "outcome/1", "=1": "'=1", "+1": "'+1", "-1": "'-1", "@x": "'@x",
		"\tx": "'\tx", "＝1": "'＝1", "a=1": "a=1",
	} {
		if got := tables.Cell(in); got != want {
			t.Errorf("%q is written %q, want %q", in, got, want)
		}
	}
}
