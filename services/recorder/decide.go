package recorder

import (
	"slices"
	"strings"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
)

// decide says what becomes of an entry whose place, person and clock are right,
// and drafts its event if it is accepted.
func (b *batch) decide(w *work, it *item) verdict {
	if b.framework() == nil && !it.entry.Kind.Control() {
		return rejected("no_framework", "programme", "programme %q has no framework yet; publish one first", b.programme)
	}
	switch body := it.entry.Body.(type) {
	case entry.Judgement:
		return b.judgement(w, it, body)
	case entry.JudgementWithdrawal:
		return b.withdrawal(w, it, body)
	case entry.Case:
		return b.describe(w, it, body)
	case entry.Interview:
		return b.interview(w, it, body)
	case entry.Response:
		return b.response(w, it, body)
	case entry.VictimContact:
		return b.contact(w, it, body)
	case entry.Factor:
		return b.factor(w, it, body)
	case entry.Programme:
		return b.openProgramme(w, it, body)
	case entry.Framework:
		return b.publishFramework(w, it, body)
	case entry.FrameworkRollback:
		return b.rollbackFramework(w, it, body)
	case entry.InspectionOpening:
		return b.openInspection(w, it, body)
	case entry.InspectionClosing:
		return b.closeInspection(w, it)
	case entry.TeamMember:
		return b.addMember(w, it, body)
	case entry.TeamMemberRemoval:
		return b.removeMember(w, it, body)
	default:
		return rejected("unknown_kind", "kind", "this recorder does not know kind %q", it.entry.Kind)
	}
}

// notes seals the entry's reason and note.
func (b *batch) notes(it *item) (reason, note *events.Sealed, v verdict, ok bool) {
	reason, err := b.seal(it, "reason", it.entry.Reason)
	if err == nil {
		note, err = b.seal(it, "note", it.entry.Note)
	}
	if err != nil {
		return nil, nil, rejected("not_sealed", "note", "the note could not be sealed; try again"), false
	}
	return reason, note, verdict{}, true
}

// knownCase refuses entries about a case that is not in the sample.
func (b *batch) knownCase(it *item, c events.CaseID) (*file, verdict, bool) {
	f := b.memory.files[it.prefix()]
	if f.streams[events.CaseStream(it.entry.Inspection, c)] == nil {
		return nil, rejected("unknown_case", "case",
			"case %q is not in inspection %q; submit its attributes first (kind \"case\")", c, it.entry.Inspection), false
	}
	return f, verdict{}, true
}

// oneOf lists what would have been right.
func oneOf[T ~string](allowed []T) string {
	if len(allowed) > 12 {
		return strings.Join(texts(allowed[:12]), ", ") + ", …"
	}
	return strings.Join(texts(allowed), ", ")
}

func texts[T ~string](values []T) []string {
	s := make([]string, len(values))
	for n, v := range values {
		s[n] = string(v)
	}
	return s
}

// within refuses a value outside its list.
func within[T ~string](field string, value T, allowed []T) (verdict, bool) {
	if slices.Contains(allowed, value) {
		return verdict{}, true
	}
	return rejected("bad_value", field, "%q is none of: %s", value, oneOf(allowed)), false
}
