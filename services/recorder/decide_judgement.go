package recorder

import (
	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/framework"
)

func (b *batch) judgement(w *work, it *item, j entry.Judgement) verdict {
	e := it.entry
	q, ok := b.framework().Question(j.Question)
	if !ok {
		return rejected("unknown_question", "question",
			"question %q is not in framework revision %d", j.Question, b.memory.control.Revision)
	}
	if v, ok := within("answer", j.Answer, q.Answers); !ok {
		return v
	}
	f, v, ok := b.knownCase(it, j.Case)
	if !ok {
		return v
	}
	stream := events.JudgementStream(e.Inspection, j.Case, j.Question)
	next, v, ok := b.revise(f.streams[stream], e)
	if !ok {
		return v
	}
	if v, ok := fits(b.framework(), q, f, j.Answer); !ok {
		return v
	}
	reason, note, v, ok := b.notes(it)
	if !ok {
		return v
	}
	if next == 1 {
		return b.draft(w, it, stream, next, j.Case,
			events.JudgementRecorded{Question: j.Question, Answer: j.Answer, Note: note})
	}
	return b.draft(w, it, stream, next, j.Case,
		events.JudgementRevised{Question: j.Question, Answer: j.Answer, Reason: reason, Note: note})
}

// fits refuses an answer that contradicts the question's relevance rule, but only
// when everything that the rule looks at has been given: inspectors answer in any
// order (design §6).
func fits(fw *framework.Framework, q *framework.Question, f *file, a events.Answer) (verdict, bool) {
	relevant, decided := fw.Decided(q, f)
	switch {
	case !decided:
		return verdict{}, true
	case relevant && !q.Judged && a == events.NotApplicable:
		return rejected("relevant", "answer", "question %s applies to this case (%s), so %s is no answer; give one of: %s",
			q.ID, q.Relevant, events.NotApplicable, oneOf(q.Answers)), false
	case !relevant && a != events.NotApplicable:
		return rejected("not_relevant", "answer", "question %s does not apply to this case (it applies where %s); answer %s",
			q.ID, q.Relevant, events.NotApplicable), false
	}
	return verdict{}, true
}

func (b *batch) withdrawal(w *work, it *item, j entry.JudgementWithdrawal) verdict {
	e := it.entry
	f, v, ok := b.knownCase(it, j.Case)
	if !ok {
		return v
	}
	stream := events.JudgementStream(e.Inspection, j.Case, j.Question)
	current := f.streams[stream]
	if current == nil {
		return rejected("nothing_to_withdraw", "question", "question %q of case %q has no judgement", j.Question, j.Case)
	}
	next, v, ok := b.revise(current, e)
	if !ok {
		return v
	}
	if _, gone := current.Event.(events.JudgementWithdrawn); gone {
		return rejected("nothing_to_withdraw", "question", "the judgement was withdrawn before, at position %d", current.Position)
	}
	reason, note, v, ok := b.notes(it)
	if !ok {
		return v
	}
	return b.draft(w, it, stream, next, j.Case,
		events.JudgementWithdrawn{Question: j.Question, Reason: reason, Note: note})
}
