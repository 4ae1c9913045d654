package framework

import (
	"slices"
	"strconv"
	"strings"

	"github.com/aboveline/aboveline/events"
)

// sketched is one part of a framework as texts that can be compared: the same
// fields in the same order for every item of a part.
type sketched struct {
	id, name string
	fields   []field
}

type field struct {
	name string
	what What
	text string
}

type sketchedPart struct {
	part  Part
	items []sketched
}

// sketch gives all parts of a framework in the order of the constants of [Part].
func sketch(f *Framework) []sketchedPart {
	meta := []field{{"framework_id", FieldChanged, f.ID}, {"published", FieldChanged, f.Published}}
	return []sketchedPart{
		{PartMeta, []sketched{{f.ID, "", meta}}},
		{PartOutcome, sketchAll(f.Outcomes, sketchOutcome)},
		{PartSection, sketchAll(f.Sections, sketchSection)},
		{PartCriterion, sketchAll(f.Criteria, sketchCriterion)},
		{PartBand, sketchAll(f.Bands, func(b *Band) sketched {
			return sketched{b.Name, "from " + strconv.Itoa(b.From), []field{{"from", FieldChanged, strconv.Itoa(b.From)}}}
		})},
		{PartQuestion, sketchAll(f.Questions, sketchQuestion)},
		{PartInterviewQuestion, sketchInterviews(f)},
		{PartInterview, sketchAll(f.Interviews, func(s *InterviewSchedule) sketched {
			return sketched{s.Role, "interview with " + s.Role, []field{
				{"grade", FieldChanged, strings.Join(s.Grades, ", ")},
				{"ldu", FieldChanged, strings.Join(s.LDUs, ", ")},
			}}
		})},
		{PartInstrument, sketchAll(f.Instruments, sketchInstrument)},
		{PartInstrumentItem, sketchItems(f)},
		{PartMeasure, sketchAll(f.Measures, func(m *Measure) sketched {
			return sketched{string(m.ID), m.Text, []field{
				{"text", TextChanged, m.Text},
				{"of", FieldChanged, string(m.Of)},
				{"question", FieldChanged, string(m.Question)},
			}}
		})},
		{PartFactor, sketchAll(f.Factors, func(c *Factor) sketched {
			return sketched{string(c.ID), c.Name, []field{
				{"name", TextChanged, c.Name},
				{"group", FieldChanged, c.Group},
			}}
		})},
		{PartAttribute, sketchAll(f.Attributes, func(a *Attribute) sketched {
			return sketched{a.Name, strings.Join(a.Values, ", "), []field{
				{"values", FieldChanged, strings.Join(a.Values, ", ")},
			}}
		})},
	}
}

func sketchAll[T any](items []T, one func(*T) sketched) []sketched {
	all := make([]sketched, len(items))
	for i := range items {
		all[i] = one(&items[i])
	}
	return all
}

func sketchOutcome(o *Outcome) sketched {
	score := ""
	if o.PublishedScore != nil {
		score = strconv.Itoa(*o.PublishedScore)
	}
	return sketched{strconv.Itoa(o.Number), o.Name, []field{
		{"id", FieldChanged, o.ID},
		{"name", TextChanged, o.Name},
		{"published_score", FieldChanged, score},
	}}
}

func sketchSection(s *Section) sketched {
	return sketched{strconv.Itoa(s.Number), s.Name, []field{
		{"id", FieldChanged, s.ID},
		{"name", TextChanged, s.Name},
	}}
}

func sketchCriterion(c *Criterion) sketched {
	return sketched{c.ID, c.Name, []field{
		{"name", TextChanged, c.Name},
		{"body_heading", FieldChanged, strconv.Itoa(c.BodyHeading)},
		{"scored_from", FieldChanged, c.ScoredFrom},
	}}
}

func sketchQuestion(q *Question) sketched {
	return sketched{string(q.ID), q.Text, []field{
		{"scored", Scored, scoredText(q.Scored)},
		{"criterion", Moved, q.Criterion},
		{"outcomes", OutcomesChanged, joinSorted(q.Outcomes)},
		{"above_line", LineChanged, joinSet(q.AboveLine)},
		{"answers", AnswersChanged, joinAnswers(q.Answers)},
		{"earlier_answers", EarlierChanged, joinEarlier(q.Earlier)},
		{"relevant", RuleChanged, q.Relevant},
		{"judged", JudgedChanged, strconv.FormatBool(q.Judged)},
		{"text", TextChanged, q.Text},
		{"applies", TextChanged, q.Applies},
	}}
}

func scoredText(scored bool) string {
	if scored {
		return scoringText
	}
	return "information"
}

// scoringText stands for a question that scores.
const scoringText = "scoring"

func sketchAsked(q *AskedQuestion, of, list string) sketched {
	return sketched{string(q.ID), q.Text, []field{
		{of, Moved, list},
		{"criterion", Moved, q.Criterion},
		{"scoring", Scored, scoredText(q.Scoring)},
		{"above_line", LineChanged, joinSet(q.AboveLine)},
		{"positive", LineChanged, joinSet(q.Positive)},
		{"answers", AnswersChanged, joinAnswers(q.Answers)},
		{"text", TextChanged, q.Text},
	}}
}

func sketchInterviews(f *Framework) []sketched {
	var all []sketched
	for i := range f.Interviews {
		s := &f.Interviews[i]
		for j := range s.Questions {
			all = append(all, sketchAsked(&s.Questions[j], "role", s.Role))
		}
	}
	return all
}

func sketchItems(f *Framework) []sketched {
	var all []sketched
	for i := range f.Instruments {
		s := &f.Instruments[i]
		for j := range s.Questions {
			all = append(all, sketchAsked(&s.Questions[j], "instrument", string(s.ID)))
		}
	}
	return all
}

func sketchInstrument(i *Instrument) sketched {
	return sketched{string(i.ID), "questionnaire", []field{
		{"suppress_below", FieldChanged, strconv.Itoa(i.SuppressBelow)},
		{"hidden_while_open", FieldChanged, strconv.FormatBool(i.HiddenWhileOpen)},
	}}
}

func joinSorted(ns []int) string { return strings.Join(digits(slices.Sorted(slices.Values(ns))), ", ") }

func joinSet(as []events.Answer) string { return joinAnswers(slices.Sorted(slices.Values(as))) }

// joinEarlier gives the readings of earlier answers, whose order means nothing.
func joinEarlier(es []EarlierAnswer) string {
	texts := make([]string, len(es))
	for i, e := range es {
		now := string(e.Now)
		if now == "" {
			now = "judge again"
		}
		texts[i] = string(e.Was) + " = " + now
	}
	slices.Sort(texts)
	return strings.Join(texts, ", ")
}

// compareParts gives the changes of one part.
func compareParts(before, after sketchedPart) []Change {
	if after.part == PartMeta {
		return compareFields(PartMeta, before.items[0], after.items[0])
	}
	was := make(map[string]sketched, len(before.items))
	for _, item := range before.items {
		was[item.id] = item
	}
	var changes []Change
	still := make(map[string]bool, len(after.items))
	for _, item := range after.items {
		still[item.id] = true
		old, ok := was[item.id]
		if !ok {
			changes = append(changes, Change{Part: after.part, ID: item.id, What: Added, After: item.name})
			continue
		}
		changes = append(changes, compareFields(after.part, old, item)...)
	}
	for _, item := range before.items {
		if !still[item.id] {
			changes = append(changes, Change{Part: after.part, ID: item.id, What: Removed, Before: item.name})
		}
	}
	return changes
}

func compareFields(part Part, before, after sketched) []Change {
	var changes []Change
	for i, f := range after.fields {
		old := before.fields[i]
		if old.text == f.text {
			continue
		}
		what := f.what
		if what == Scored && f.text != scoringText {
			what = Unscored
		}
		changes = append(changes, Change{
			Part: part, ID: after.id, What: what, Field: f.name, Before: old.text, After: f.text,
		})
	}
	return changes
}
