package recorder

import (
	"maps"
	"slices"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/framework"
)

// unread lists the answers that stand in the ledger, or were accepted earlier in
// this transaction, and that a new framework would leave without a reading. Most
// edits leave every scale as it is, and then nothing has to be read: only answers
// that some revision offered can have been recorded.
func (b *batch) unread(fw *framework.Framework) (framework.Problems, error) {
	c := b.memory.control
	lost := map[events.QuestionID]bool{}
	for q, offered := range c.offered {
		if slices.ContainsFunc(offered, func(a events.Answer) bool { return fw.Loses(c.Framework, q, a) }) {
			lost[q] = true
		}
	}
	if len(lost) == 0 {
		return nil, nil
	}
	given := framework.Given{}
	drafted := map[events.Stream]*latest{}
	for _, l := range b.made {
		drafted[l.Stream] = l
	}
	for _, l := range drafted {
		if q, a := answer(l.Event); a != "" && lost[q] {
			given.Add(q, a)
		}
	}
	questions := slices.Sorted(maps.Keys(lost))
	for r, err := range b.tx.ReadJudgements(b.ctx, questions) {
		if err != nil {
			return nil, err
		}
		if drafted[r.Stream] != nil {
			continue
		}
		e, err := codec.Decode(r.Kind(), r.Data)
		if err != nil {
			return nil, err
		}
		if q, a := answer(e); a != "" {
			given.Add(q, a)
		}
	}
	return fw.Unread(c.Framework, given), nil
}

// answer is what a judgement says; "" for a withdrawal and for other events.
func answer(e events.Event) (events.QuestionID, events.Answer) {
	switch e := e.(type) {
	case events.JudgementRecorded:
		return e.Question, e.Answer
	case events.JudgementRevised:
		return e.Question, e.Answer
	default:
		return "", ""
	}
}
