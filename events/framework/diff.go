package framework

import (
	"fmt"
	"strings"
)

// Part names the kind of thing that a change is about.
type Part string

// Parts of a framework, in the order in which [Diff.Changes] lists them.
const (
	PartMeta              Part = "meta"
	PartOutcome           Part = "outcome"
	PartSection           Part = "section"
	PartCriterion         Part = "criterion"
	PartBand              Part = "band"
	PartQuestion          Part = "question"
	PartInterviewQuestion Part = "interview-question"
	PartInterview         Part = "interview"
	PartInstrument        Part = "instrument"
	PartInstrumentItem    Part = "instrument-question"
	PartMeasure           Part = "measure"
	PartFactor            Part = "factor"
	PartAttribute         Part = "attribute"
)

// What names what happened to a part.
type What string

// What can happen to a part of a framework.
const (
	Added   What = "added"
	Removed What = "removed"
	// Moved to another criterion, section, role or instrument.
	Moved What = "moved"
	// Scored and Unscored: between the scoring and the information questions.
	Scored   What = "scored"
	Unscored What = "unscored"
	// LineChanged: other answers are above the line, or positive.
	LineChanged    What = "line"
	AnswersChanged What = "answers"
	// EarlierChanged: answers of earlier scales read as something else.
	EarlierChanged What = "earlier"
	RuleChanged    What = "rule"
	JudgedChanged  What = "judged"
	// OutcomesChanged: the question is shared by other outcomes.
	OutcomesChanged What = "outcomes"
	// TextChanged: wording only.
	TextChanged What = "text"
	// FieldChanged: another field, which Field names.
	FieldChanged What = "changed"
)

// Change is one difference between two frameworks.
type Change struct {
	Part Part `json:"part"`
	// ID is the question, criterion or whatever Part says; outcomes and sections
	// go by number.
	ID   string `json:"id"`
	What What   `json:"what"`
	// Field is the field of the file that differs; empty for added and removed.
	Field string `json:"field,omitempty"`
	// Before and After are the values, lists joined by commas. For what was
	// added After, and for what was removed Before, is its name or text.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// MovesScores reports whether the change can move a figure that is scored: a
// change of wording, or of what is only tallied, cannot. The change of an
// attribute's values cannot either; where a rule depends on it, the rule must
// change as well.
func (c Change) MovesScores() bool {
	switch c.Part {
	case PartQuestion:
		return c.What != TextChanged
	case PartInterviewQuestion:
		return c.What != TextChanged && c.Field != "positive"
	case PartCriterion, PartOutcome, PartSection:
		return c.What == Added || c.What == Removed || c.What == Moved
	default:
		return false
	}
}

// String gives the change as a line for people.
func (c Change) String() string {
	subject := fmt.Sprintf("%s %s", c.Part, c.ID)
	if c.Part == PartMeta {
		subject = "framework"
	}
	switch c.What {
	case Added:
		return fmt.Sprintf("+ %s: %s", subject, c.After)
	case Removed:
		return fmt.Sprintf("- %s: %s", subject, c.Before)
	case Scored:
		return fmt.Sprintf("~ %s: now a scoring question", subject)
	case Unscored:
		return fmt.Sprintf("~ %s: now for information only", subject)
	}
	return fmt.Sprintf("~ %s: %s: %s -> %s", subject, c.Field, shown(c.Before), shown(c.After))
}

func shown(s string) string {
	if s == "" {
		return "(none)"
	}
	return s
}

// Diff is what differs between two frameworks. The order of its changes is
// stable: by part, then in the order of the newer file with what was removed at
// the end of each part, then by field.
type Diff struct {
	// From and To are the hashes of the two files.
	From    string   `json:"from"`
	To      string   `json:"to"`
	Changes []Change `json:"changes"`
}

// Empty reports whether nothing differs but comments, order and documentation.
func (d Diff) Empty() bool { return len(d.Changes) == 0 }

// MovesScores reports whether any change can move a scored figure.
func (d Diff) MovesScores() bool {
	for _, c := range d.Changes {
		if c.MovesScores() {
			return true
		}
	}
	return false
}

// Of gives the changes of one part, e.g. of question "4.1.07".
func (d Diff) Of(part Part, id string) []Change {
	var of []Change
	for _, c := range d.Changes {
		if c.Part == part && c.ID == id {
			of = append(of, c)
		}
	}
	return of
}

// Lines gives one line per change.
func (d Diff) Lines() []string {
	lines := make([]string, len(d.Changes))
	for i, c := range d.Changes {
		lines[i] = c.String()
	}
	return lines
}

// String gives all lines, each ended by a newline; "no changes" where there are
// none.
func (d Diff) String() string {
	if d.Empty() {
		return "no changes\n"
	}
	return strings.Join(d.Lines(), "\n") + "\n"
}

// Compare gives what differs between two frameworks. Documentation (facts,
// notes, published scores of the wording scale) and the order of lists are not
// compared, apart from the order of a question's answers.
func Compare(from, to *Framework) Diff {
	d := Diff{From: from.Hash, To: to.Hash, Changes: []Change{}}
	before, after := sketch(from), sketch(to)
	for i := range after {
		d.Changes = append(d.Changes, compareParts(before[i], after[i])...)
	}
	return d
}
