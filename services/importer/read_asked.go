package importer

import (
	"slices"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/framework"
)

const (
	survey  events.InstrumentID = "offender-survey"
	victims events.InstrumentID = "victims"
)

// interviews.csv: interview_id, role, grade, ldu, question_id, answer; the rows of
// one interview become one entry. A bad answer costs its own row only.
func (r *reading) interviews() {
	type group struct {
		first *row
		body  entry.Interview
	}
	var order []*group
	byID := map[string]*group{}
	columns := []string{"interview_id", "role", "grade", "ldu", "question_id", "answer"}
	r.rows("interviews.csv", columns, no, func(x *row) *Problem {
		id := x.get("interview_id")
		if id == "" {
			return x.problem("interview_id", "missing_field", "is empty")
		}
		schedule, ok := r.Framework.Interview(x.get("role"))
		if !ok {
			return x.problem("role", "bad_value", "the framework has no interviews of role %q", x.get("role"))
		}
		g, known := byID[id]
		if known {
			for _, column := range []string{"role", "grade", "ldu"} {
				if x.get(column) != g.first.get(column) {
					return x.problem(column, "contradiction", "line %d says %q of the same interview",
						g.first.line, g.first.get(column))
				}
			}
		}
		if p := answered(x, schedule.Questions); p != nil {
			return p
		}
		if !known {
			g = &group{first: x, body: entry.Interview{
				Interview: events.InterviewID(id), Role: x.get("role"), Grade: x.get("grade"), LDU: x.get("ldu"),
				Answers: map[events.QuestionID]events.Answer{},
			}}
			byID[id] = g
			order = append(order, g)
		}
		return give(x, g.body.Answers)
	})
	for _, g := range order {
		r.Rest = append(r.Rest, r.plan(g.first, string(g.body.Interview), g.body))
	}
}

// offender_survey.csv: respondent_id, then one column per question.
func (r *reading) survey() {
	instrument, ok := r.Framework.Instrument(survey)
	question := func(name string) bool {
		return !ok || slices.ContainsFunc(instrument.Questions, func(q framework.AskedQuestion) bool {
			return q.ID == events.QuestionID(name)
		})
	}
	seen := map[string]int{}
	r.rows("offender_survey.csv", []string{"respondent_id"}, question, func(x *row) *Problem {
		if !ok {
			return x.problem("", "unknown_instrument", "the framework has no instrument %q", survey)
		}
		id := x.get("respondent_id")
		if p := again(x, seen, "respondent_id", id); p != nil {
			return p
		}
		answers := map[events.QuestionID]events.Answer{}
		for n, name := range x.table.columns {
			if name == "respondent_id" || x.fields[n] == "" {
				continue
			}
			if p := allowed(x, name, events.QuestionID(name), events.Answer(x.fields[n]), instrument.Questions); p != nil {
				r.Problems = append(r.Problems, *p) // the other answers stand
				continue
			}
			answers[events.QuestionID(name)] = events.Answer(x.fields[n])
		}
		r.Rest = append(r.Rest, r.plan(x, id, entry.Response{
			Instrument: survey, Respondent: events.RespondentID(id), Answers: answers,
		}))
		return nil
	})
}

// victim_questionnaire.csv: respondent_id, question_id, answer; the rows of one
// respondent become one entry.
func (r *reading) questionnaire() {
	instrument, ok := r.Framework.Instrument(victims)
	type group struct {
		first *row
		body  entry.Response
	}
	var order []*group
	byID := map[string]*group{}
	columns := []string{"respondent_id", "question_id", "answer"}
	r.rows("victim_questionnaire.csv", columns, no, func(x *row) *Problem {
		id := x.get("respondent_id")
		switch {
		case !ok:
			return x.problem("", "unknown_instrument", "the framework has no instrument %q", victims)
		case id == "":
			return x.problem("respondent_id", "missing_field", "is empty")
		}
		if p := answered(x, instrument.Questions); p != nil {
			return p
		}
		g, known := byID[id]
		if !known {
			g = &group{first: x, body: entry.Response{
				Instrument: victims, Respondent: events.RespondentID(id),
				Answers: map[events.QuestionID]events.Answer{},
			}}
			byID[id] = g
			order = append(order, g)
		}
		return give(x, g.body.Answers)
	})
	for _, g := range order {
		r.Rest = append(r.Rest, r.plan(g.first, string(g.body.Respondent), g.body))
	}
}

// answered checks the columns question_id and answer of a row.
func answered(x *row, questions []framework.AskedQuestion) *Problem {
	q := events.QuestionID(x.get("question_id"))
	if p := allowed(x, "answer", q, events.Answer(x.get("answer")), questions); p != nil {
		if p.Code == "unknown_question" {
			return x.problem("question_id", p.Code, "%s", p.Message)
		}
		return p
	}
	return nil
}

func allowed(
	x *row, column string, q events.QuestionID, a events.Answer, questions []framework.AskedQuestion,
) *Problem {
	n := slices.IndexFunc(questions, func(k framework.AskedQuestion) bool { return k.ID == q })
	if n < 0 {
		return x.problem(column, "unknown_question", "question %q was not put here", q)
	}
	if !slices.Contains(questions[n].Answers, a) {
		return x.problem(column, "bad_value", "%q is none of: %s", a, list(questions[n].Answers))
	}
	return nil
}

// give adds a row's answer to those of its interview or questionnaire.
func give(x *row, answers map[events.QuestionID]events.Answer) *Problem {
	q := events.QuestionID(x.get("question_id"))
	if _, ok := answers[q]; ok {
		return x.problem("question_id", "repeated", "question %q was answered in an earlier line", q)
	}
	answers[q] = events.Answer(x.get("answer"))
	return nil
}
