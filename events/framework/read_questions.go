package framework

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aboveline/aboveline/events"
)

// maxQuestions is how many questions a framework may put to one case.
const maxQuestions = 2_000

func (r *reader) scales(top object) {
	seen := map[string]value{}
	for _, o := range r.items(top, "scales", "id", "answers", "above_line", "fact", "note") {
		o.documentation("fact", "note")
		id, at, ok := o.needID("id", idProblem)
		if !ok || !unique(seen, id, at, "scale") {
			continue
		}
		s := Scale{ID: id}
		if v, given := o.need("answers"); given {
			s.Answers = r.answers(v)
		}
		if v := o.field("above_line"); v.given() {
			s.AboveLine = r.selection(v, s.Answers, "the answers")
			r.neverAbove(v)
		}
		r.f.Scales = append(r.f.Scales, s)
	}
}

// answers reads a list of answers, which has at least one.
func (r *reader) answers(v value) []events.Answer {
	texts, _ := v.texts(valueProblem)
	if v.kind() == "a list" && len(v.list()) == 0 {
		v.problem("empty; list the answers")
	}
	return answersOf(texts)
}

// selection reads a list of answers that must be among those allowed.
func (r *reader) selection(v value, allowed []events.Answer, what string) []events.Answer {
	texts, places := v.texts(valueProblem)
	for i, t := range texts {
		if len(allowed) > 0 && !slices.Contains(allowed, events.Answer(t)) {
			places[i].problem("%q is not among %s: %s", t, what, joinAnswers(allowed))
		}
	}
	return answersOf(texts)
}

// neverAbove refuses not_applicable above the line (rule R2).
func (r *reader) neverAbove(v value) {
	for _, item := range v.itemsOrNil() {
		item.f = &findings{}
		if s, ok := item.text(); ok && events.Answer(s) == events.NotApplicable {
			v.f.add(item.at, item.path, "%s is neither above nor below the line (rule R2)", s)
		}
	}
}

func (r *reader) questions(top object) {
	fields := []string{
		"id", "criterion", "text", "applies", "relevant", "judged", "scale", "answers", "above_line", "earlier_answers",
		"outcomes", "facts", "fact", "note", "evidence",
	}
	for _, list := range []string{"questions", "information_questions"} {
		for _, o := range r.items(top, list, fields...) {
			r.question(o, list == "questions")
		}
	}
	r.atLeastOne(top, "questions")
}

func (r *reader) question(o object, scored bool) {
	o.documentation("facts", "fact", "note", "evidence")
	q := Question{Scored: scored, Text: o.needText("text"), Applies: o.optionalText("applies")}
	q.Criterion = r.criterionOf(o)
	before := len(o.f.found)
	r.answersAndLine(o, &q)
	r.earlierAnswers(o, &q)
	r.uncertain = r.uncertain || len(o.f.found) > before
	r.feeds(o, &q)
	if v := o.field("judged"); v.given() {
		q.Judged = v.boolean()
	}
	var rule value
	if v, ok := o.need("relevant"); ok {
		if q.Relevant, ok = v.text(); ok {
			rule = v
		}
	}
	if len(r.f.Questions) == maxQuestions {
		o.problem("more than %d questions in one framework", maxQuestions)
	}
	if id, ok := r.questionID(o); ok && len(r.f.Questions) < maxQuestions {
		q.ID = id
		r.f.Questions = append(r.f.Questions, q)
		r.rules = append(r.rules, rule)
	}
}

func (r *reader) questionID(o object) (events.QuestionID, bool) {
	id, at, ok := o.needID("id", idProblem)
	return events.QuestionID(id), ok && unique(r.ids, id, at, "question id")
}

func (r *reader) criterionOf(o object) string {
	id, at, ok := o.needID("criterion", idProblem)
	names := criterionIDs(r.f)
	switch {
	case !ok || len(names) == 0 || slices.Contains(names, id):
	case slices.Contains(r.f.AbsentCells, id):
		at.problem("%s is under absent_cells: the grid has no such cell; %s", id, choices("criteria", id, names))
	default:
		at.problem("unknown criterion %q; %s", id, choices("criteria", id, names))
	}
	return id
}

// answersAndLine takes answers and line from the scale, unless the question has
// its own (rule R9).
func (r *reader) answersAndLine(o object, q *Question) {
	answers, line := o.field("answers"), o.field("above_line")
	named := o.field("scale")
	q.scaleAt = o.at
	for _, v := range []value{named, answers} {
		if v.given() {
			q.scaleAt = v.at
		}
	}
	scale, known := r.scaleOf(named)
	switch {
	case answers.given() && known:
		q.Answers = r.selection(answers, scale.Answers, "the answers of scale "+scale.ID)
		if len(q.Answers) == 0 && answers.kind() == "a list" && len(answers.list()) == 0 {
			answers.problem("empty; leave it out to take the answers of scale %s", scale.ID)
		}
	case answers.given():
		q.Answers = r.answers(answers)
	case known:
		q.Answers = scale.Answers
	case !named.given():
		o.problem("scale is missing; name a scale, or list the answers")
	}
	if line.given() {
		q.AboveLine = r.selection(line, q.Answers, "the answers")
		r.neverAbove(line)
	} else {
		for _, a := range scale.AboveLine {
			if slices.Contains(q.Answers, a) {
				q.AboveLine = append(q.AboveLine, a)
			}
		}
	}
	if q.Scored && len(q.AboveLine) == 0 && len(q.Answers) > 0 {
		at := o.value
		if line.given() {
			at = line
		}
		at.problem("no answer is above the line; a scoring question names at least one in above_line")
	}
}

// earlierAnswers reads what answers of an earlier scale read as now.
func (r *reader) earlierAnswers(o object, q *Question) {
	v := o.field("earlier_answers")
	if !v.given() {
		return
	}
	fields, ok := v.objectOf(func(name string) string {
		switch {
		case name == "":
			return "an answer is missing before the colon"
		case valueProblem(name) != "":
			return valueProblem(name)
		case slices.Contains(q.Answers, events.Answer(name)):
			return fmt.Sprintf("%q is an answer of this question and reads as itself", name)
		}
		return ""
	})
	if !ok {
		return
	}
	if len(fields.names) == 0 {
		v.problem("empty; write earlier answer: answer, or earlier answer: null for one that has to be judged again")
	}
	for _, was := range fields.names {
		now := fields.field(was)
		if implicitNull(now.node) {
			now.problem("nothing after the colon; write the answer that %q reads as, or null to have it judged again", was)
			continue
		}
		if now.kind() == "empty" {
			q.Earlier = append(q.Earlier, EarlierAnswer{Was: events.Answer(was)})
			continue
		}
		s, ok := now.checked(valueProblem)
		switch {
		case !ok:
		case len(q.Answers) > 0 && !slices.Contains(q.Answers, events.Answer(s)):
			now.problem("%q is not among the answers: %s", s, joinAnswers(q.Answers))
		default:
			q.Earlier = append(q.Earlier, EarlierAnswer{events.Answer(was), events.Answer(s)})
		}
	}
}

func (r *reader) scaleOf(v value) (Scale, bool) {
	if !v.given() {
		return Scale{}, false
	}
	id, ok := v.checked(idProblem)
	if !ok {
		return Scale{}, false
	}
	var names []string
	for _, s := range r.f.Scales {
		if s.ID == id {
			return s, true
		}
		names = append(names, s.ID)
	}
	v.problem("unknown scale %q; %s", id, choices("scales", id, names))
	return Scale{}, false
}

// feeds reads the outcomes whose average the question enters (rule R5).
func (r *reader) feeds(o object, q *Question) {
	v := o.field("outcomes")
	if !v.given() {
		if q.Scored {
			o.problem("outcomes is missing; a scoring question lists the outcomes it feeds, that of its criterion first")
		}
		return
	}
	known := outcomeNumbers(r.f)
	var feeds []int
	for _, item := range v.list() {
		n, ok := item.integer(1, 99)
		switch {
		case !ok:
		case slices.Contains(feeds, n):
			item.problem("outcome %d is listed twice", n)
		case len(known) > 0 && !slices.Contains(known, n):
			item.problem("unknown outcome %d; %s", n, choices("outcomes", strconv.Itoa(n), digits(known)))
		default:
			feeds = append(feeds, n)
		}
	}
	if !q.Scored || v.kind() != "a list" {
		return
	}
	q.Outcomes = feeds
	i := slices.IndexFunc(r.f.Criteria, func(c Criterion) bool { return c.ID == q.Criterion })
	switch {
	case len(v.list()) == 0:
		v.problem("empty; a scoring question feeds at least the outcome of its criterion " +
			"(one that feeds none belongs under information_questions)")
	case i >= 0 && r.f.Criteria[i].Outcome != 0 && !slices.Contains(feeds, r.f.Criteria[i].Outcome):
		v.problem("outcome %d is missing: criterion %s belongs to it", r.f.Criteria[i].Outcome, q.Criterion)
	}
}

func answersOf(texts []string) []events.Answer {
	if texts == nil {
		return nil
	}
	as := make([]events.Answer, len(texts))
	for i, t := range texts {
		as[i] = events.Answer(t)
	}
	return as
}

func joinAnswers(as []events.Answer) string {
	texts := make([]string, len(as))
	for i, a := range as {
		texts[i] = string(a)
	}
	return strings.Join(texts, ", ")
}
