package recorder

import (
	"maps"
	"slices"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/framework"
)

// asked refuses answers to questions that were not put, or outside their list.
func asked(where string, answers map[events.QuestionID]events.Answer, questions []framework.AskedQuestion) (verdict, bool) {
	for _, id := range slices.Sorted(maps.Keys(answers)) {
		field := "answers." + string(id)
		n := slices.IndexFunc(questions, func(q framework.AskedQuestion) bool { return q.ID == id })
		if n < 0 {
			return rejected("unknown_question", field, "%s has no question %q", where, id), false
		}
		if v, ok := within(field, answers[id], questions[n].Answers); !ok {
			return v, false
		}
	}
	return verdict{}, true
}

func (b *batch) interview(w *work, it *item, x entry.Interview) verdict {
	e := it.entry
	schedule, ok := b.framework().Interview(x.Role)
	if !ok {
		return rejected("bad_value", "role", "%q is none of: %s", x.Role, oneOf(b.framework().Breakdowns.Roles))
	}
	if v, ok := within("grade", x.Grade, schedule.Grades); !ok {
		return v
	}
	switch {
	case len(schedule.LDUs) == 0 && x.LDU != "":
		return rejected("bad_value", "ldu", "people of role %s belong to no unit; leave it out", x.Role)
	case len(schedule.LDUs) > 0:
		if v, ok := within("ldu", x.LDU, schedule.LDUs); !ok {
			return v
		}
	}
	if v, ok := asked("the interview of role "+x.Role, x.Answers, schedule.Questions); !ok {
		return v
	}
	stream := events.InterviewStream(e.Inspection, x.Interview)
	next, v, ok := b.revise(b.memory.files[it.prefix()].streams[stream], e)
	if !ok {
		return v
	}
	reason, note, v, ok := b.notes(it)
	if !ok {
		return v
	}
	body := events.Interview{
		Interview: x.Interview, Role: x.Role, Grade: x.Grade, LDU: x.LDU, Answers: x.Answers, Note: note,
	}
	if next == 1 {
		return b.draft(w, it, stream, next, "", events.InterviewRecorded{Interview: body})
	}
	return b.draft(w, it, stream, next, "", events.InterviewRevised{Interview: body, Reason: reason})
}

func (b *batch) response(w *work, it *item, x entry.Response) verdict {
	e := it.entry
	instrument, ok := b.framework().Instrument(x.Instrument)
	if !ok {
		ids := make([]events.InstrumentID, 0, len(b.framework().Instruments))
		for _, i := range b.framework().Instruments {
			ids = append(ids, i.ID)
		}
		return rejected("bad_value", "instrument", "%q is none of: %s", x.Instrument, oneOf(ids))
	}
	if v, ok := asked("instrument "+string(x.Instrument), x.Answers, instrument.Questions); !ok {
		return v
	}
	stream := events.ResponseStream(e.Inspection, x.Instrument, x.Respondent)
	next, v, ok := b.revise(b.memory.files[it.prefix()].streams[stream], e)
	if !ok {
		return v
	}
	reason, note, v, ok := b.notes(it)
	if !ok {
		return v
	}
	body := events.Response{Instrument: x.Instrument, Respondent: x.Respondent, Answers: x.Answers, Note: note}
	if next == 1 {
		return b.draft(w, it, stream, next, "", events.ResponseRecorded{Response: body})
	}
	return b.draft(w, it, stream, next, "", events.ResponseRevised{Response: body, Reason: reason})
}
