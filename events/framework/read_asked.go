package framework

import (
	"slices"
	"strings"

	"github.com/aboveline/aboveline/events"
)

// DefaultSuppressBelow is the count below which the answers of an instrument are
// not shown, where the framework does not say.
const DefaultSuppressBelow = 5

// interviews reads the breakdowns and the questions of each role: the questions
// of role offender-manager are under interview_offender_manager.
func (r *reader) interviews(top object) {
	groups := r.breakdowns(top)
	for i, role := range r.f.Breakdowns.Roles {
		key := interviewPrefix + strings.ReplaceAll(role, "-", "_")
		list := top.field(key)
		if !list.given() {
			groups.roles[i].problem("role %s has no questions; add them under %s", role, key)
			continue
		}
		s := InterviewSchedule{Role: role, Questions: r.asked(top, key, true)}
		s.Grades, s.LDUs = groups.of(role)
		r.f.Interviews = append(r.f.Interviews, s)
	}
	for _, name := range top.names {
		if !strings.HasPrefix(name, interviewPrefix) || name == breakdowns {
			continue
		}
		known := slices.ContainsFunc(r.f.Breakdowns.Roles, func(role string) bool {
			return name == interviewPrefix+strings.ReplaceAll(role, "-", "_")
		})
		if !known {
			role := strings.ReplaceAll(strings.TrimPrefix(name, interviewPrefix), "_", "-")
			top.field(name).problem("unknown role %q; %s", role, choices("roles of "+breakdowns, role, r.f.Breakdowns.Roles))
			r.asked(top, name, true)
		}
	}
}

// groups are the breakdowns by field name. A role with a field of its own, such
// as sentencer_grade, has those grades, and no units unless it has sentencer_ldu;
// the others have grade and ldu.
type groups struct {
	fields map[string][]string
	roles  []value
}

func (g groups) of(role string) (grades, ldus []string) {
	own := strings.ReplaceAll(role, "-", "_")
	grades, hasGrades := g.fields[own+"_grade"]
	ldus, hasUnits := g.fields[own+"_ldu"]
	if !hasGrades && !hasUnits {
		return g.fields["grade"], g.fields["ldu"]
	}
	if !hasGrades {
		grades = g.fields["grade"]
	}
	return grades, ldus
}

func (r *reader) breakdowns(top object) groups {
	g := groups{fields: map[string][]string{}}
	v := top.field(breakdowns)
	if !v.given() {
		return g
	}
	known := []string{"grade", "ldu", "role", "note"}
	if roles := r.rolesOf(v); roles != nil {
		for _, role := range roles {
			own := strings.ReplaceAll(role, "-", "_")
			known = append(known, own+"_grade", own+"_ldu")
		}
	}
	o, ok := v.object(known...)
	if !ok {
		return g
	}
	o.documentation("note")
	if roles, ok := o.need("role"); ok {
		r.f.Breakdowns.Roles, g.roles = roles.texts(idProblem)
	}
	for _, name := range o.names {
		if name != "role" && name != "note" {
			g.fields[name], _ = o.field(name).texts(valueProblem)
		}
	}
	r.f.Breakdowns.Grades, r.f.Breakdowns.LDUs = g.fields["grade"], g.fields["ldu"]
	r.f.Breakdowns.SentencerGrades = g.fields["sentencer_grade"]
	return g
}

// rolesOf reads the roles ahead of the fields that are named after them.
func (r *reader) rolesOf(v value) []string {
	v.f = &findings{}
	o, ok := v.objectOf(func(string) string { return "" })
	if !ok || !o.field("role").given() {
		return nil
	}
	roles, _ := o.field("role").texts(idProblem)
	return roles
}

// asked reads the questions of an interview or a questionnaire.
func (r *reader) asked(top object, list string, interview bool) []AskedQuestion {
	fields := []string{"id", "criterion", "text", "answers", "positive", "facts", "fact", "note", "evidence"}
	if interview {
		fields = append(fields, "scoring", "above_line")
	}
	var asked []AskedQuestion
	for _, o := range r.items(top, list, fields...) {
		o.documentation("facts", "fact", "note", "evidence")
		q := AskedQuestion{Criterion: r.criterionOf(o), Text: o.needText("text")}
		if v, ok := o.need("answers"); ok {
			q.Answers = r.answers(v)
		}
		if v := o.field("positive"); v.given() {
			q.Positive = r.selection(v, q.Answers, "the answers")
		}
		r.scoring(o, &q)
		if id, ok := r.questionID(o); ok {
			q.ID = id
			asked = append(asked, q)
		}
	}
	return asked
}

// scoring reads whether an interview question counts for its criterion.
func (r *reader) scoring(o object, q *AskedQuestion) {
	if v := o.field("scoring"); v.given() {
		q.Scoring = v.boolean()
	}
	line := o.field("above_line")
	if line.given() {
		q.AboveLine = r.selection(line, q.Answers, "the answers")
		r.neverAbove(line)
	}
	switch {
	case !q.Scoring && line.given():
		line.problem("only a question with scoring: true has a line")
	case !q.Scoring:
	case !line.given() && len(q.Positive) == 0:
		o.problem("no answer is above the line; a scoring question names at least one in positive or above_line")
	case !line.given():
		q.AboveLine = slices.Clone(q.Positive)
	case len(q.AboveLine) == 0:
		line.problem("empty; a scoring question names at least one answer")
	}
}

// questionnaires reads the lists of questions that instruments name, and the
// instruments. Each list belongs to one instrument.
func (r *reader) questionnaires(top object) {
	r.lists = map[string][]AskedQuestion{}
	var names []string
	for _, name := range top.names {
		if strings.HasPrefix(name, questionnairePrefix) {
			r.lists[name] = r.asked(top, name, false)
			names = append(names, name)
		}
	}
	used := map[string]value{}
	if v := top.field("instruments"); v.given() {
		instruments, _ := v.objectOf(idProblem)
		for _, id := range instruments.names {
			r.instrument(instruments.field(id), id, names, used)
		}
	}
	for _, name := range names {
		if _, ok := used[name]; !ok {
			top.field(name).problem("no instrument has these questions; add one under instruments: {questions: %s}", name)
		}
	}
}

func (r *reader) instrument(v value, id string, lists []string, used map[string]value) {
	o, ok := v.object("questions", "suppress_below", "hidden_while_open", "fact", "note")
	if !ok {
		return
	}
	o.documentation("fact", "note")
	ins := Instrument{ID: events.InstrumentID(id), SuppressBelow: DefaultSuppressBelow}
	if n := o.field("suppress_below"); n.given() {
		ins.SuppressBelow, _ = n.integer(0, 1_000_000)
	}
	if b := o.field("hidden_while_open"); b.given() {
		ins.HiddenWhileOpen = b.boolean()
	}
	name, at, ok := o.needID("questions", idProblem)
	if !ok {
		return
	}
	questions, known := r.lists[name]
	if !known {
		at.problem("unknown list of questions %q; %s", name, choices("lists", name, lists))
		return
	}
	if unique(used, name, at, "list") {
		ins.Questions = questions
		r.f.Instruments = append(r.f.Instruments, ins)
	}
}
