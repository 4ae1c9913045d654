package framework

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/aboveline/aboveline/events"
)

func (r *reader) attributes(top object) {
	seen := map[string]value{}
	for _, o := range r.items(top, "case_attributes", "id", "values", "fact", "note") {
		o.documentation("fact", "note")
		name, at, ok := o.needID("id", attributeProblem)
		if !ok || !unique(seen, name, at, "attribute") {
			continue
		}
		a := Attribute{Name: name}
		if v, given := o.need("values"); given {
			a.Values = r.attributeValues(v)
		}
		r.f.Attributes = append(r.f.Attributes, a)
	}
}

func (r *reader) attributeValues(v value) []string {
	texts, places := v.texts(valueProblem)
	if v.kind() == "a list" && len(v.list()) == 0 {
		v.problem("empty; list the values that the attribute can have")
	}
	var values []string
	seen := map[string]bool{}
	for i, t := range texts {
		expanded, message := expandRange(t)
		if r.values += len(expanded); r.values > maxValues && message == "" {
			message = fmt.Sprintf("with this the attributes have more than %d values", maxValues)
		}
		if message != "" {
			places[i].problem("%s", message)
			continue
		}
		for _, one := range expanded {
			if seen[one] {
				places[i].problem("%q is listed twice", one)
				continue
			}
			seen[one] = true
			values = append(values, one)
		}
	}
	return values
}

// maxRange is how many values one range may stand for, maxValues how many all
// attributes may have.
const (
	maxRange  = 10_000
	maxValues = 100_000
)

// [^0-9] before the digits keeps the prefix from ending in a digit.
var rangePattern = regexp.MustCompile(`^((?:.*[^0-9])?)([0-9]+) to ((?:.*[^0-9])?)([0-9]+)$`)

// expandRange gives the values of a range such as "O01 to O71", or the text
// itself where it is none.
func expandRange(text string) (values []string, message string) {
	m := rangePattern.FindStringSubmatch(text)
	if m == nil {
		return []string{text}, ""
	}
	prefix, low, high := m[1], m[2], m[4]
	if m[3] != prefix || len(low) != len(high) {
		return nil, fmt.Sprintf("the range %q must keep its prefix and its width, as in \"O01 to O71\"", text)
	}
	from, errFrom := strconv.Atoi(low)
	to, errTo := strconv.Atoi(high)
	if errFrom != nil || errTo != nil || from > to || to-from >= maxRange {
		return nil, fmt.Sprintf("the range %q must rise and stand for at most %d values", text, maxRange)
	}
	for n := from; n <= to; n++ {
		values = append(values, fmt.Sprintf("%s%0*d", prefix, len(low), n))
	}
	return values, ""
}

// measures reads the steps of the victim-contact chain. A step's divisor comes
// before it, so the chain cannot go in a circle.
func (r *reader) measures(top object) {
	seen := map[string]value{}
	var names []string
	for _, o := range r.items(top, "victim_contact_measures", "id", "text", "unit", "of", "question", "fact", "note") {
		o.documentation("unit", "fact", "note")
		m := Measure{Text: o.needText("text")}
		if v := o.field("of"); v.given() {
			of, ok := v.checked(idProblem)
			if ok && !slices.Contains(names, of) {
				v.problem("unknown measure %q; %s (a divisor stands before the measure)", of,
					choices("measures before this one", of, names))
			}
			m.Of = events.MeasureID(of)
		}
		if v := o.field("question"); v.given() {
			id, ok := v.checked(idProblem)
			if ok && !r.isCaseQuestion(id) {
				v.problem("unknown question %q; %s", id, choices("questions of the case tool", id, r.caseQuestions()))
			}
			m.Question = events.QuestionID(id)
		}
		id, at, ok := o.needID("id", idProblem)
		if ok && unique(seen, id, at, "measure") {
			m.ID = events.MeasureID(id)
			names = append(names, id)
			r.f.Measures = append(r.f.Measures, m)
		}
	}
}

func (r *reader) isCaseQuestion(id string) bool {
	return slices.ContainsFunc(r.f.Questions, func(q Question) bool { return string(q.ID) == id })
}

func (r *reader) caseQuestions() []string {
	ids := make([]string, len(r.f.Questions))
	for i := range r.f.Questions {
		ids[i] = string(r.f.Questions[i].ID)
	}
	return ids
}

func (r *reader) factors(top object) {
	seen := map[string]value{}
	counts := []string{"identified", "interventions_pct", "progress_pct"}
	fields := append([]string{"id", "name", "group", "fact", "note"}, counts...)
	for _, o := range r.items(top, "offending_factors", fields...) {
		o.documentation("fact", "note")
		for _, c := range counts {
			if v := o.field(c); v.given() {
				v.integer(0, 1_000_000_000)
			}
		}
		f := Factor{Name: o.needText("name"), Group: o.optionalText("group")}
		id, at, ok := o.needID("id", idProblem)
		if ok && unique(seen, id, at, "factor") {
			f.ID = events.FactorID(id)
			r.f.Factors = append(r.f.Factors, f)
		}
	}
}
