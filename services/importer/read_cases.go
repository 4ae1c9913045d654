package importer

import (
	"slices"
	"strings"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
)

// cases.csv: case_id, then one column per attribute.
func (r *reading) cases() {
	seen := map[string]int{}
	attribute := func(name string) bool { _, ok := r.Framework.Attribute(name); return ok }
	r.rows("cases.csv", []string{"case_id"}, attribute, func(x *row) *Problem {
		id := x.get("case_id")
		if p := again(x, seen, "case_id", id); p != nil {
			return p
		}
		attributes := map[string]*string{}
		for n, name := range x.table.columns {
			if name == "case_id" {
				continue
			}
			a, ok := r.Framework.Attribute(name)
			value := x.fields[n]
			if !ok || value == "" {
				continue
			}
			if !slices.Contains(a.Values, value) {
				return x.problem(name, "bad_value", "%q is none of: %s", value, strings.Join(a.Values, ", "))
			}
			attributes[name] = &value
		}
		r.Cases = append(r.Cases, r.plan(x, id, entry.Case{Case: events.CaseID(id), Attributes: attributes}))
		return nil
	})
}

// again refuses an empty key and one that an earlier line had.
func again(x *row, seen map[string]int, column, key string) *Problem {
	if key == "" {
		return x.problem(column, "missing_field", "is empty")
	}
	if line, ok := seen[key]; ok {
		return x.problem(column, "repeated", "%s stands in line %d already", key, line)
	}
	seen[key] = x.line
	return nil
}

// judgements.csv: case_id, question_id, answer.
func (r *reading) judgements() {
	seen := map[string]int{}
	r.rows("judgements.csv", []string{"case_id", "question_id", "answer"}, no, func(x *row) *Problem {
		c, q, a := x.get("case_id"), x.get("question_id"), events.Answer(x.get("answer"))
		question, ok := r.Framework.Question(events.QuestionID(q))
		switch {
		case c == "":
			return x.problem("case_id", "missing_field", "is empty")
		case !ok:
			return x.problem("question_id", "unknown_question", "the framework has no question %q", q)
		case !question.Allows(a):
			return x.problem("answer", "bad_value", "%q is none of: %s", a, list(question.Answers))
		}
		if p := again(x, seen, "question_id", c+" "+q); p != nil {
			return p
		}
		r.Rest = append(r.Rest, r.plan(x, c, entry.Judgement{
			Case: events.CaseID(c), Question: question.ID, Answer: a,
		}))
		return nil
	})
}

// factors.csv: case_id, factor, identified, interventions_sufficient,
// progress_sufficient.
func (r *reading) factors() {
	seen := map[string]int{}
	columns := []string{"case_id", "factor", "identified", "interventions_sufficient", "progress_sufficient"}
	r.rows("factors.csv", columns, no, func(x *row) *Problem {
		c, f := x.get("case_id"), events.FactorID(x.get("factor"))
		if c == "" {
			return x.problem("case_id", "missing_field", "is empty")
		}
		if _, ok := r.Framework.Factor(f); !ok {
			return x.problem("factor", "unknown_factor", "the framework has no factor %q", f)
		}
		if p := again(x, seen, "factor", c+" "+string(f)); p != nil {
			return p
		}
		r.Rest = append(r.Rest, r.plan(x, c, entry.Factor{
			Case: events.CaseID(c), Factor: f, Identified: events.Answer(x.get("identified")),
			InterventionsSufficient: events.Answer(x.get("interventions_sufficient")),
			ProgressSufficient:      events.Answer(x.get("progress_sufficient")),
		}))
		return nil
	})
}

// victim_contact.csv: case_id, then one column per measure.
func (r *reading) contacts() {
	seen := map[string]int{}
	measure := func(name string) bool { _, ok := r.Framework.Measure(events.MeasureID(name)); return ok }
	r.rows("victim_contact.csv", []string{"case_id"}, measure, func(x *row) *Problem {
		id := x.get("case_id")
		if p := again(x, seen, "case_id", id); p != nil {
			return p
		}
		measures := map[events.MeasureID]events.Answer{}
		for n, name := range x.table.columns {
			if name == "case_id" || x.fields[n] == "" {
				continue
			}
			measures[events.MeasureID(name)] = events.Answer(x.fields[n])
		}
		r.Rest = append(r.Rest, r.plan(x, id, entry.VictimContact{Case: events.CaseID(id), Measures: measures}))
		return nil
	})
}

func list(answers []events.Answer) string {
	s := make([]string, len(answers))
	for n, a := range answers {
		s[n] = string(a)
	}
	return strings.Join(s, ", ")
}
