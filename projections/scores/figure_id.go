package scores

import (
	"strconv"
	"strings"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
)

// FigureID names a published number of an inspection: "outcome/4", "section/1",
// "criterion/4.1", "question/4.1.07".
type FigureID string

const (
	outcomeKind   = "outcome"
	sectionKind   = "section"
	criterionKind = "criterion"
	questionKind  = "question"
)

// Outcome names the score of an outcome.
func Outcome(number int) FigureID { return FigureID(outcomeKind + "/" + strconv.Itoa(number)) }

// Section names the score of a section.
func Section(number int) FigureID { return FigureID(sectionKind + "/" + strconv.Itoa(number)) }

// Criterion names the score of a criterion, e.g. Criterion("4.1").
func Criterion(id string) FigureID { return FigureID(criterionKind + "/" + id) }

// Question names the proportion of a question.
func Question(q events.QuestionID) FigureID { return FigureID(questionKind + "/" + string(q)) }

// Questions lists the questions that feed the figure under fw, in the order of
// the framework. The error is one for which [IsUnknownFigure] holds.
func (id FigureID) Questions(fw *framework.Framework) ([]events.QuestionID, error) {
	r, err := id.recipe(fw)
	if err != nil {
		return nil, err
	}
	questions := make([]events.QuestionID, len(r.terms))
	for i, t := range r.terms {
		questions[i] = t.question
	}
	return questions, nil
}

// recipe finds the figure in fw.
func (id FigureID) recipe(fw *framework.Framework) (recipe, error) {
	kind, name, _ := strings.Cut(string(id), "/")
	switch kind {
	case outcomeKind:
		for i := range fw.Outcomes {
			if n := fw.Outcomes[i].Number; Outcome(n) == id {
				return ofOutcome(fw, n), nil
			}
		}
	case sectionKind:
		for i := range fw.Sections {
			if s := &fw.Sections[i]; Section(s.Number) == id {
				return ofSection(fw, s), nil
			}
		}
	case criterionKind:
		if _, ok := fw.Criterion(name); ok {
			return ofCriterion(fw, name), nil
		}
	case questionKind:
		q := events.QuestionID(name)
		if _, ok := fw.Question(q); ok {
			return ofQuestion(q), nil
		}
	}
	return recipe{}, &UnknownFigureError{Figure: id}
}
