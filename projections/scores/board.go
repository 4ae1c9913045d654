package scores

import (
	"slices"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
)

// board is one framework as the fold uses it. Questions go by slot: the fold
// numbers every question it has met, and a slot keeps its number whatever later
// frameworks do, so that answers stay where they are.
type board struct {
	fw       *framework.Framework
	revision int

	questions  []*framework.Question // by slot; nil where the framework lacks it
	classes    [][]class             // by slot, then answer code
	order      []int                 // slots, each after those its rule looks at
	rank       []int                 // by slot: its place in order
	dependents [][]int               // by slot: whom a new answer may concern, in order
	attributes map[string][]int      // whom a new attribute may concern, in order
}

// compile numbers the questions and answers of fw and lays out its board.
func (f *Fold) compile(fw *framework.Framework, revision int) (*board, error) {
	for i := range fw.Questions {
		if err := f.number(&fw.Questions[i]); err != nil {
			return nil, err
		}
	}
	for i := range fw.Questions {
		f.slot(fw.Questions[i].ID)
	}
	n := len(f.questions)
	b := &board{
		fw: fw, revision: revision,
		questions: make([]*framework.Question, n), classes: make([][]class, n),
		rank: make([]int, n), dependents: make([][]int, n),
		attributes: make(map[string][]int, len(fw.Attributes)),
	}
	b.order = f.slotsOf(fw.RuleOrder())
	for place, slot := range b.order {
		b.rank[slot] = place
	}
	for i := range fw.Questions {
		q := &fw.Questions[i]
		slot := f.slots[q.ID]
		b.questions[slot] = q
		b.classes[slot] = f.classify(q)
		b.dependents[slot] = f.slotsOf(fw.DependentsOnAnswer(q.ID))
	}
	for i := range fw.Attributes {
		name := fw.Attributes[i].Name
		b.attributes[name] = f.slotsOf(fw.DependentsOnAttribute(name))
	}
	return b, nil
}

// number gives every answer that q can read a number.
func (f *Fold) number(q *framework.Question) error {
	for _, a := range q.Answers {
		if _, err := f.code(a); err != nil {
			return err
		}
	}
	for _, e := range q.Earlier {
		if _, err := f.code(e.Was); err != nil {
			return err
		}
	}
	return nil
}

func (f *Fold) slotsOf(questions []*framework.Question) []int {
	slots := make([]int, len(questions))
	for i, q := range questions {
		slots[i] = f.slots[q.ID]
	}
	return slots
}

// classify says what each answer the fold knows is to q. Answers that it meets
// later are on no scale, or they would have been numbered with the framework.
func (f *Fold) classify(q *framework.Question) []class {
	classes := make([]class, len(f.answers))
	for code, recorded := range f.answers {
		switch a := q.Reads(recorded); {
		case code == 0:
			classes[code] = none
		case a == "":
			classes[code] = foreign
		case a == events.NotApplicable:
			classes[code] = notApplicable
		case q.Above(a):
			classes[code] = above
		default:
			classes[code] = below
		}
	}
	return classes
}

// class is what an answer is to the question in slot.
func (b *board) class(slot int, code uint16) class {
	switch classes := b.classes[slot]; {
	case code == 0:
		return none
	case int(code) < len(classes):
		return classes[code]
	default:
		return foreign
	}
}

// tally is what one case adds to the tally of the question in slot.
func (b *board) tally(slot int, code uint16, holds bool) Tally {
	return b.class(slot, code).tally(holds, b.questions[slot].Judged)
}

// has reports whether the framework has the question in slot.
func (b *board) has(slot int) bool { return slot < len(b.questions) && b.questions[slot] != nil }

// concerned lists the slots that a change of these attributes may concern, in
// order and each once.
func (b *board) concerned(attributes []string) []int {
	var slots []int
	for _, name := range attributes {
		slots = append(slots, b.attributes[name]...)
	}
	slices.SortFunc(slots, func(x, y int) int { return b.rank[x] - b.rank[y] })
	return slices.Compact(slots)
}

// alike says, by slot, which questions b reads exactly as before did: the same
// scale, line and rule, and the same for every question that the rule looks at,
// directly or through other rules.
func (b *board) alike(before *board) []bool {
	same := make([]bool, len(b.questions))
	if before == nil {
		return same
	}
	for slot, q := range b.questions {
		same[slot] = q != nil && before.has(slot) && sameReading(before.questions[slot], q)
	}
	for slot, q := range b.questions {
		if q != nil && same[slot] {
			continue
		}
		for _, d := range b.dependents[slot] {
			same[d] = false
		}
	}
	return same
}

func sameReading(p, q *framework.Question) bool {
	return p.Relevant == q.Relevant && p.Judged == q.Judged &&
		slices.Equal(p.Answers, q.Answers) && slices.Equal(p.AboveLine, q.AboveLine) && slices.Equal(p.Earlier, q.Earlier)
}
