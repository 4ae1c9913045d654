package entrytest

import (
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/google/uuid"
)

// Samples is one entry of every kind, with every field given.
func Samples() []entry.Entry {
	var (
		male     = "male"
		revision = func(n events.Revision) *events.Revision { return &n }
		answers  = map[events.QuestionID]events.Answer{"om.02": "no", "om.01": "yes"}
	)
	bodies := []entry.Body{
		entry.Judgement{Case: "C001", Question: "4.1.07", Answer: "sufficient"},
		entry.JudgementWithdrawal{Case: "C001", Question: "4.1.07"},
		entry.Case{Case: "C001", Attributes: map[string]*string{"gender": &male, "veteran": nil}},
		entry.Interview{Interview: "O01", Role: "offender-manager", Grade: "PO", LDU: "hampshire", Answers: answers},
		entry.Response{Instrument: "offender-survey", Respondent: "N001", Answers: answers},
		entry.VictimContact{
			Case: "C003", Measures: map[events.MeasureID]events.Answer{"offer_made": "yes", "eligible": "yes"},
		},
		entry.Factor{
			Case: "C001", Factor: "alcohol", Identified: "yes",
			InterventionsSufficient: "no", ProgressSufficient: "not_applicable",
		},
		entry.Programme{Name: "Adult offending work 2013"},
		entry.Framework{Base: 3, Source: "meta:\n  framework_id: \"x\" # ü\r\n"},
		entry.InspectionOpening{Name: "Hampshire"},
		entry.InspectionClosing{},
		entry.TeamMember{Member: "auth0|4711", Role: events.RoleInspector, Team: "north"},
		entry.TeamMemberRemoval{Member: "auth0|4711"},
		entry.FrameworkRollback{Base: 2},
	}
	var out []entry.Entry
	for i, b := range bodies {
		e := entry.Entry{
			ID:   uuid.UUID{0: 1, 6: 0x70, 8: 0x80, 15: byte(i)},
			Kind: b.Kind(), Programme: "iaow-2013-hampshire",
			OccurredAt:       time.Date(2013, 6, 3, 13, 30, i, 120_000*i, time.UTC),
			ExpectedRevision: revision(events.Revision(i)),
			Body:             b,
		}
		for _, f := range entry.Fields(e.Kind) {
			switch f.Name {
			case "inspection":
				e.Inspection = "hampshire-2013"
			case "reason":
				e.Reason = "Re-read \"the\" plan"
			case "note":
				e.Note = "Two\nlines\twith é, \u2028 and <tags>"
			}
		}
		out = append(out, e)
	}
	return out
}
