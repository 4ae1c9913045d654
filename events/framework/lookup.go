package framework

import (
	"slices"

	"cel.dev/cel-go/cel"

	"github.com/aboveline/aboveline/events"
)

// index finds the parts of a framework by name. Pointers lead into its slices.
type index struct {
	questions   map[events.QuestionID]*Question
	criteria    map[string]*Criterion
	interviews  map[string]*InterviewSchedule
	instruments map[events.InstrumentID]*Instrument
	measures    map[events.MeasureID]*Measure
	factors     map[events.FactorID]*Factor
	attributes  map[string]*Attribute
	outcomes    map[int]*Outcome
	sections    map[int]*Section
	asked       map[events.QuestionID]*AskedQuestion

	order       []*Question
	byAnswer    map[events.QuestionID][]*Question
	byAttribute map[string][]*Question
	environment *cel.Env
}

func (f *Framework) buildIndex() {
	x := &f.index
	x.questions = indexed(f.Questions, func(q *Question) events.QuestionID { return q.ID })
	x.criteria = indexed(f.Criteria, func(c *Criterion) string { return c.ID })
	x.interviews = indexed(f.Interviews, func(s *InterviewSchedule) string { return s.Role })
	x.instruments = indexed(f.Instruments, func(i *Instrument) events.InstrumentID { return i.ID })
	x.measures = indexed(f.Measures, func(m *Measure) events.MeasureID { return m.ID })
	x.factors = indexed(f.Factors, func(c *Factor) events.FactorID { return c.ID })
	x.attributes = indexed(f.Attributes, func(a *Attribute) string { return a.Name })
	x.outcomes = indexed(f.Outcomes, func(o *Outcome) int { return o.Number })
	x.sections = indexed(f.Sections, func(s *Section) int { return s.Number })
	x.asked = map[events.QuestionID]*AskedQuestion{}
	for i := range f.Interviews {
		for j := range f.Interviews[i].Questions {
			x.asked[f.Interviews[i].Questions[j].ID] = &f.Interviews[i].Questions[j]
		}
	}
	for i := range f.Instruments {
		for j := range f.Instruments[i].Questions {
			x.asked[f.Instruments[i].Questions[j].ID] = &f.Instruments[i].Questions[j]
		}
	}
	for i := range f.Questions {
		f.Questions[i].n = i
	}
}

func indexed[K comparable, T any](items []T, key func(*T) K) map[K]*T {
	m := make(map[K]*T, len(items))
	for i := range items {
		m[key(&items[i])] = &items[i]
	}
	return m
}

func find[K comparable, T any](m map[K]*T, key K) (*T, bool) {
	v, ok := m[key]
	return v, ok
}

// Question finds a question of the case tool, scoring or for information.
func (f *Framework) Question(id events.QuestionID) (*Question, bool) {
	return find(f.index.questions, id)
}

// Asked finds a question of an interview or an instrument.
func (f *Framework) Asked(id events.QuestionID) (*AskedQuestion, bool) {
	return find(f.index.asked, id)
}

// Criterion finds a criterion by its id, e.g. "4.2".
func (f *Framework) Criterion(id string) (*Criterion, bool) { return find(f.index.criteria, id) }

// Interview finds the questions put to people of a role, e.g. "sentencer".
func (f *Framework) Interview(role string) (*InterviewSchedule, bool) {
	return find(f.index.interviews, role)
}

// Instrument finds a questionnaire.
func (f *Framework) Instrument(id events.InstrumentID) (*Instrument, bool) {
	return find(f.index.instruments, id)
}

// Measure finds a step of the victim-contact chain.
func (f *Framework) Measure(id events.MeasureID) (*Measure, bool) { return find(f.index.measures, id) }

// Factor finds an offending-related factor.
func (f *Framework) Factor(id events.FactorID) (*Factor, bool) { return find(f.index.factors, id) }

// Attribute finds an attribute of a case.
func (f *Framework) Attribute(name string) (*Attribute, bool) { return find(f.index.attributes, name) }

// Outcome finds an outcome by its number.
func (f *Framework) Outcome(number int) (*Outcome, bool) { return find(f.index.outcomes, number) }

// Section finds a section by its number.
func (f *Framework) Section(number int) (*Section, bool) { return find(f.index.sections, number) }

// Band finds the rating band of a whole percent; there is none below the lowest.
func (f *Framework) Band(percent int) (Band, bool) {
	for _, b := range f.Bands {
		if percent >= b.From {
			return b, true
		}
	}
	return Band{}, false
}

// Above reports whether an answer is above the line.
func (q *Question) Above(a events.Answer) bool { return slices.Contains(q.AboveLine, a) }

// Allows reports whether an answer is one that the question can have.
func (q *Question) Allows(a events.Answer) bool { return slices.Contains(q.Answers, a) }

// Reads gives what a recorded answer reads as: itself where it is on the scale,
// what [Question.Earlier] says of it otherwise, and "" where that says nothing or
// that it has to be judged again.
func (q *Question) Reads(a events.Answer) events.Answer {
	if q.Allows(a) {
		return a
	}
	for _, e := range q.Earlier {
		if e.Was == a {
			return e.Now
		}
	}
	return ""
}

// Covers reports whether the framework says how a recorded answer reads, be it
// that it has to be judged again.
func (q *Question) Covers(a events.Answer) bool {
	return q.Allows(a) || slices.ContainsFunc(q.Earlier, func(e EarlierAnswer) bool { return e.Was == a })
}

// Above reports whether an answer is above the line; never for a question that
// does not score.
func (q *AskedQuestion) Above(a events.Answer) bool { return slices.Contains(q.AboveLine, a) }

// Allows reports whether an answer is one that the question can have.
func (q *AskedQuestion) Allows(a events.Answer) bool { return slices.Contains(q.Answers, a) }

// Allows reports whether a value is one that the attribute can have.
func (a *Attribute) Allows(v string) bool { return slices.Contains(a.Values, v) }

// Question finds a question of the schedule.
func (s *InterviewSchedule) Question(id events.QuestionID) (*AskedQuestion, bool) {
	return askedIn(s.Questions, id)
}

// Question finds a question of the instrument.
func (i *Instrument) Question(id events.QuestionID) (*AskedQuestion, bool) {
	return askedIn(i.Questions, id)
}

func askedIn(questions []AskedQuestion, id events.QuestionID) (*AskedQuestion, bool) {
	for i := range questions {
		if questions[i].ID == id {
			return &questions[i], true
		}
	}
	return nil, false
}
