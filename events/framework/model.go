package framework

import "github.com/aboveline/aboveline/events"

// Framework is one revision of the criteria of a programme: everything that
// decides which answers are possible, which of them are above the line, which
// questions feed which figures and when a question is relevant. It is read-only
// after [Parse] and safe for concurrent use.
type Framework struct {
	// ID is meta.framework_id; programmes take it as their name by default.
	ID string
	// Published is meta.published as written, e.g. "2013-10".
	Published string
	// Hash is the lower-case hex SHA-256 of Source.
	Hash string
	// Source is the file, byte for byte.
	Source []byte

	Outcomes []Outcome
	Sections []Section
	Criteria []Criterion
	Scales   []Scale
	// Questions are the scoring and the information questions, in file order,
	// scoring ones first.
	Questions []Question
	// Interviews maps an interview role ("offender-manager") to its questions.
	Interviews  []InterviewSchedule
	Breakdowns  Breakdowns
	Instruments []Instrument
	Measures    []Measure
	Factors     []Factor
	Attributes  []Attribute
	// Bands are the rating bands, highest first; empty where the framework
	// names none.
	Bands []Band
	// AbsentCells are the cells of the grid that do not exist, e.g. "1.2".
	AbsentCells []string

	index index
	name  string // as given to Parse
}

// Outcome is one row of the grid (Appendix 6 of the 2013 report).
type Outcome struct {
	Number int
	ID     string
	Name   string
	// PublishedScore is the whole percent that was printed, nil where none was.
	PublishedScore *int
}

// Section is one column of the grid.
type Section struct {
	Number   int
	ID       string
	Name     string
	Criteria []string
}

// Criterion is one cell of the grid; its id is outcome.section, e.g. "4.2".
type Criterion struct {
	ID          string
	Name        string
	Outcome     int
	Section     int
	BodyHeading int
	// ScoredFrom is "case-tool" or "interviews".
	ScoredFrom string
}

// Scale is a list of answers and which of them are above the line.
type Scale struct {
	ID        string
	Answers   []events.Answer
	AboveLine []events.Answer
}

// Question is one question of the case tool.
type Question struct {
	ID        events.QuestionID
	Criterion string
	Text      string
	Applies   string
	// Scored tells scoring questions from those asked only for information,
	// which have figures of their own and feed nothing.
	Scored bool
	// Outcomes are the outcomes whose average the question enters (rule R5);
	// empty for information questions.
	Outcomes []int
	// Answers and AboveLine are the question's own, from its scale unless the
	// question says otherwise (rule R9).
	Answers   []events.Answer
	AboveLine []events.Answer
	// Earlier says how answers given under an earlier scale read now, in the order
	// of the file. None of them is among Answers.
	Earlier []EarlierAnswer
	// Relevant is the CEL source of the relevance rule.
	Relevant string
	// Judged: within the rule the assessor decides whether the question applies.
	Judged bool

	rule *rule
	n    int
	// scaleAt is where the file says which answers the question has.
	scaleAt place
}

// EarlierAnswer is an answer of an earlier scale and what it reads as; "" where it
// has to be judged again.
type EarlierAnswer struct {
	Was, Now events.Answer
}

// Index is the question's place in [Framework.Questions].
func (q *Question) Index() int { return q.n }

// InterviewSchedule is the list of questions put to people of one role.
type InterviewSchedule struct {
	Role string
	// Grades are the grades that people of the role can have; LDUs their units,
	// empty where the role has none.
	Grades    []string
	LDUs      []string
	Questions []AskedQuestion
}

// AskedQuestion is a question of an interview or an instrument.
type AskedQuestion struct {
	ID        events.QuestionID
	Criterion string
	Text      string
	Answers   []events.Answer
	Positive  []events.Answer
	// Scoring makes an interview question count for its criterion (reading A3).
	Scoring bool
	// AboveLine are the answers above the line of a scoring question: Positive
	// unless the question says otherwise. Empty where Scoring is false.
	AboveLine []events.Answer
}

// Band is a rating band: figures of From percent and more, up to the next band,
// carry its name.
type Band struct {
	Name string
	From int
}

// Breakdowns are the groups by which interviews are tallied.
type Breakdowns struct {
	Grades, LDUs, Roles, SentencerGrades []string
}

// Instrument is a questionnaire. Counts below SuppressBelow are not shown.
type Instrument struct {
	ID            events.InstrumentID
	SuppressBelow int
	// HiddenWhileOpen keeps the counts hidden until the inspection is closed.
	HiddenWhileOpen bool
	Questions       []AskedQuestion
}

// Measure is one step of the victim-contact chain; Of names the measure that is
// its divisor ("" for the first), Question the case-tool question it must agree
// with ("" for none).
type Measure struct {
	ID       events.MeasureID
	Text     string
	Of       events.MeasureID
	Question events.QuestionID
}

// Factor is one offending-related factor.
type Factor struct {
	ID    events.FactorID
	Name  string
	Group string
}

// Attribute is one attribute of a case: a column of cases.csv.
type Attribute struct {
	Name string
	// Values are those allowed. A range such as "O01 to O71" is expanded.
	Values []string
}
