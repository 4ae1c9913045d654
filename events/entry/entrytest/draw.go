package entrytest

import (
	"time"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// Entries draws entries of every kind that encode, with awkward but allowed text.
func Entries() *rapid.Generator[entry.Entry] { return rapid.Custom(drawEntry) }

func drawEntry(t *rapid.T) entry.Entry {
	e := entry.Entry{
		ID:         uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id")),
		Programme:  events.Programme(word(t, "programme")),
		OccurredAt: time.UnixMicro(rapid.Int64Range(-2_208_988_800_000_000, 253_402_300_799_999_999).Draw(t, "at")).UTC(),
		Body:       drawBody(t),
	}
	e.ID[0] |= 1
	e.Kind = e.Body.Kind()
	if rapid.Bool().Draw(t, "expects") {
		n := events.Revision(rapid.Uint32Range(0, uint32(events.MaxRevision)).Draw(t, "revision"))
		e.ExpectedRevision = &n
	}
	for _, f := range entry.Fields(e.Kind) {
		switch f.Name {
		case "inspection":
			e.Inspection = events.InspectionID(word(t, "inspection"))
		case "reason":
			if e.Reason = prose(t, "reason"); f.Required {
				e.Reason += "."
			}
		case "note":
			e.Note = prose(t, "note")
		}
	}
	return e
}

func drawBody(t *rapid.T) entry.Body {
	caseID := events.CaseID(word(t, "case"))
	answer := func(name string) events.Answer { return events.Answer(word(t, name)) }
	switch k := rapid.SampledFrom(entry.Kinds()).Draw(t, "kind"); k {
	case entry.KindJudgement:
		return entry.Judgement{Case: caseID, Question: events.QuestionID(word(t, "q")), Answer: answer("a")}
	case entry.KindJudgementWithdrawal:
		return entry.JudgementWithdrawal{Case: caseID, Question: events.QuestionID(word(t, "q"))}
	case entry.KindCase:
		words := rapid.MapOf(wordGenerator(), rapid.Ptr(wordGenerator(), true))
		return entry.Case{Case: caseID, Attributes: words.Draw(t, "attributes")}
	case entry.KindInterview:
		ldu := rapid.OneOf(rapid.Just(""), wordGenerator()).Draw(t, "ldu")
		return entry.Interview{
			Interview: events.InterviewID(word(t, "n")), Role: word(t, "role"), Grade: word(t, "grade"), LDU: ldu,
			Answers: drawAnswers[events.QuestionID](t),
		}
	case entry.KindResponse:
		return entry.Response{
			Instrument: events.InstrumentID(word(t, "n")), Respondent: events.RespondentID(word(t, "r")),
			Answers: drawAnswers[events.QuestionID](t),
		}
	case entry.KindVictimContact:
		return entry.VictimContact{Case: caseID, Measures: drawAnswers[events.MeasureID](t)}
	case entry.KindFactor:
		return entry.Factor{
			Case: caseID, Factor: events.FactorID(word(t, "factor")), Identified: answer("identified"),
			InterventionsSufficient: answer("interventions"), ProgressSufficient: answer("progress"),
		}
	case entry.KindProgramme:
		return entry.Programme{Name: word(t, "name")}
	case entry.KindFramework:
		return entry.Framework{
			Base:   rapid.IntRange(0, int(events.MaxRevision)).Draw(t, "base"),
			Source: rapid.StringN(1, 200, -1).Draw(t, "source"),
		}
	case entry.KindFrameworkRollback:
		return entry.FrameworkRollback{Base: rapid.IntRange(0, int(events.MaxRevision)).Draw(t, "base")}
	case entry.KindInspectionOpening:
		return entry.InspectionOpening{Name: word(t, "name")}
	case entry.KindInspectionClosing:
		return entry.InspectionClosing{}
	case entry.KindTeamMember:
		team := rapid.OneOf(rapid.Just(""), wordGenerator()).Draw(t, "team")
		return entry.TeamMember{
			Member: events.Actor(word(t, "member")), Role: events.Role(word(t, "role")), Team: events.TeamID(team),
		}
	case entry.KindTeamMemberRemoval:
		return entry.TeamMemberRemoval{Member: events.Actor(word(t, "member"))}
	default:
		panic("entrytest: no generator for the kind " + string(k))
	}
}

// wordGenerator draws identifiers: also with characters that need an escape.
func wordGenerator() *rapid.Generator[string] {
	return rapid.StringMatching(`[!-~äßŁ中][ -~äßŁ中]{0,20}[!-~äßŁ中]|[!-~]`)
}

func word(t *rapid.T, label string) string { return wordGenerator().Draw(t, label) }

func prose(t *rapid.T, label string) string {
	return rapid.StringOfN(rapid.RuneFrom([]rune("ab \"\\/<é\u2028😀\t\n\r")), 0, 40, -1).Draw(t, label)
}

func drawAnswers[K ~string](t *rapid.T) map[K]events.Answer {
	words := rapid.MapOf(wordGenerator(), wordGenerator()).Draw(t, "answers")
	out := make(map[K]events.Answer, len(words))
	for k, v := range words {
		out[K(k)] = events.Answer(v)
	}
	return out
}
