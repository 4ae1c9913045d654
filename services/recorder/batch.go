package recorder

import (
	"context"
	"maps"
	"time"

	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/events/vault"
	"github.com/aboveline/aboveline/services/identity"
	"github.com/aboveline/aboveline/services/policy"
)

// maxAhead is how far an inspector's clock may be ahead of ours.
const maxAhead = 5 * time.Minute

// batch decides the entries of one transaction, one after the other, each
// against the picture that the entries before it left behind.
type batch struct {
	ctx       context.Context // of the transaction; decisions are synchronous
	err       error           // a failure that makes the whole transaction try again
	programme events.Programme
	memory    *memory
	tx        *ledger.Tx
	keys      map[vault.Person]vault.Key
	policy    *policy.Set
	now       time.Time
	// uncertain are ids that an earlier try may have committed; to find one of
	// them in the ledger means that it was recorded, not resent.
	uncertain map[events.EventID]bool

	drafts  []ledger.Draft
	made    []*latest                 // made[n] is what drafts[n] becomes
	ids     map[events.EventID]*item  // entries of this batch that became drafts
	allowed map[policy.Request]string // "" = allowed, else the reason
}

// submission decides one submission. The entries of an atomic one stand or fall
// together: when one falls, the picture and the drafts are put back.
func (b *batch) submission(w *work) {
	if !w.submission.Atomic {
		for n := range w.items {
			b.item(w, &w.items[n])
		}
		return
	}
	undo := b.snapshot(w)
	for n := range w.items {
		if b.item(w, &w.items[n]); !w.items[n].verdict.accepted() {
			undo()
			b.fail(w, n)
			return
		}
	}
}

// fail gives every entry of an atomic submission but the failing one the verdict
// that it was not recorded because of that one. Entries that stand in the ledger
// or in an earlier submission of the batch keep theirs.
func (b *batch) fail(w *work, failing int) {
	for n := range w.items {
		v := &w.items[n].verdict
		_, stands := b.ids[w.items[n].entry.ID]
		if n == failing || v.status == entry.StatusRejected || v.status == entry.StatusConflict || v.known != nil || stands {
			continue
		}
		*v = rejected("atomic_aborted", "", "none was recorded: entry %d of this atomic submission was not accepted", failing+1)
	}
}

// snapshot returns the function that puts back what the submission may change.
func (b *batch) snapshot(w *work) func() {
	files := map[events.Stream]*file{}
	var state *control
	for n := range w.items {
		p := w.items[n].prefix()
		if f, ok := b.memory.files[p]; ok {
			files[p] = f.clone()
		} else if state == nil {
			state = b.memory.control.clone()
		}
	}
	drafts := len(b.drafts)
	return func() {
		maps.Copy(b.memory.files, files)
		if state != nil {
			b.memory.control = state
		}
		for _, d := range b.drafts[drafts:] {
			delete(b.ids, d.ID)
		}
		b.drafts, b.made = b.drafts[:drafts], b.made[:drafts]
	}
}

// item decides one entry.
func (b *batch) item(w *work, it *item) {
	if it.verdict.status != "" {
		return
	}
	if it.person != "" {
		key, ok := b.keys[it.person]
		if !ok {
			it.verdict = rejected("person_erased", "", "this person was erased; nothing is recorded about them any more")
			return
		}
		it.digest = key.Digest(it.canonical)
	}
	if v, seen := b.resend(it); seen {
		it.verdict = v
		return
	}
	if v, ok := b.common(w, it); !ok {
		it.verdict = v
		return
	}
	it.verdict = b.decide(w, it)
}

// resend tells entries whose id is known: the same content is a duplicate, other
// content is refused for ever.
func (b *batch) resend(it *item) (verdict, bool) {
	reused := rejected("id_reused", "id",
		"this id stands for an entry with other content; give a new entry an id of its own")
	if k, ok := b.tx.Known(it.entry.ID); ok {
		switch {
		case k.Digest != it.digest:
			return reused, true
		case b.uncertain[it.entry.ID]:
			return verdict{status: entry.StatusRecorded, known: &k}, true
		default:
			return verdict{status: entry.StatusDuplicate, known: &k}, true
		}
	}
	if first, ok := b.ids[it.entry.ID]; ok {
		if first.digest != it.digest {
			return reused, true
		}
		return verdict{status: entry.StatusDuplicate, latest: first.verdict.latest}, true
	}
	return verdict{}, false
}

// common checks what holds for every kind: the place, the person, the clock.
func (b *batch) common(w *work, it *item) (verdict, bool) {
	e := it.entry
	d := w.delivery
	c := b.memory.control
	if e.Programme != b.programme {
		return rejected("wrong_programme", "programme", "this went to programme %q", b.programme), false
	}
	if d.Inspection != "" && e.Inspection != d.Inspection {
		return rejected("wrong_inspection", "inspection",
			"this went to inspection %q; submit entries of another inspection there", d.Inspection), false
	}
	if !c.Opened && e.Kind != entry.KindProgramme {
		return rejected("unknown_programme", "programme", "programme %q is not open; open it first", b.programme), false
	}
	if e.OccurredAt.After(b.now.Add(maxAhead)) {
		return rejected("occurred_in_future", "occurred_at",
			"%s is more than five minutes ahead of our clock (%s); check the device's clock",
			e.OccurredAt.Format(time.RFC3339), b.now.Format(time.RFC3339)), false
	}
	if needsInspection(e.Kind) {
		i := c.Inspections[e.Inspection]
		if i == nil {
			return rejected("unknown_inspection", "inspection",
				"inspection %q is not open in programme %q", e.Inspection, b.programme), false
		}
		if !i.Open {
			return rejected("inspection_closed", "inspection", "inspection %q is closed", e.Inspection), false
		}
	}
	if why := b.refused(d.Actor, d.Role, d.Scope, e); why != "" {
		return rejected("forbidden", "", "%s", why), false
	}
	return verdict{}, true
}

func needsInspection(k entry.Kind) bool {
	switch k {
	case entry.KindProgramme, entry.KindFramework, entry.KindFrameworkRollback, entry.KindInspectionOpening:
		return false
	default:
		return true
	}
}

// refused asks the policies; "" means allowed. Answers are kept for the batch and
// dropped when it changes a team.
func (b *batch) refused(a events.Actor, r events.Role, scope events.InspectionID, e entry.Entry) string {
	req := policy.Request{
		Identity:   identity.Identity{Subject: a, Role: r, Inspection: scope},
		Action:     b.action(e),
		Programme:  e.Programme,
		Inspection: e.Inspection,
	}
	if i := b.memory.control.Inspections[e.Inspection]; i != nil {
		req.MemberRole = i.Members[a].Role
	}
	why, ok := b.allowed[req]
	if !ok {
		if allowed, reason := b.policy.Decide(req); !allowed {
			why = reason
			if why == "" {
				why = "not allowed"
			}
		}
		b.allowed[req] = why
	}
	return why
}

// action is what the entry wants to do, as the policies name it. The first
// framework comes with the opening of its programme.
func (b *batch) action(e entry.Entry) policy.Action {
	switch e.Kind {
	case entry.KindProgramme:
		return policy.OpenProgramme
	case entry.KindFramework:
		if b.memory.control.Revision == 0 {
			return policy.OpenProgramme
		}
		return policy.PublishFramework
	case entry.KindFrameworkRollback:
		return policy.PublishFramework
	case entry.KindInspectionOpening:
		return policy.OpenInspection
	case entry.KindInspectionClosing:
		return policy.CloseInspection
	case entry.KindTeamMember:
		return policy.AddTeamMember
	case entry.KindTeamMemberRemoval:
		return policy.RemoveTeamMember
	default:
		return policy.SubmitEntries
	}
}

// revise decides whether the stream is where the entry expects it, and whether a
// change gives its reason. Next is the revision that the entry's event will have.
func (b *batch) revise(current *latest, e entry.Entry) (next events.Revision, v verdict, ok bool) {
	var at events.Revision
	if current != nil {
		at = current.Revision
	}
	switch {
	case e.ExpectedRevision == nil && at != 0, e.ExpectedRevision != nil && *e.ExpectedRevision != at:
		return 0, conflict(current, e.ExpectedRevision), false
	case at != 0 && e.Reason == "":
		return 0, rejected("reason_required", "reason", "say why revision %d is changed", at), false
	case at >= events.MaxRevision:
		return 0, rejected("stream_full", "expected_revision", "this can not be changed any more: it has %d revisions", at), false
	}
	return at + 1, verdict{}, true
}

// seal seals a text about the entry's person; "" seals to nothing.
func (b *batch) seal(it *item, field, plain string) (*events.Sealed, error) {
	if plain == "" {
		return nil, nil
	}
	s, err := b.keys[it.person].Seal(plain, vault.AAD{Programme: b.programme, Event: it.entry.ID, Field: field})
	if err != nil {
		return nil, err
	}
	return &s, nil
}

// draft makes the entry's event and takes it into the picture.
func (b *batch) draft(w *work, it *item, s events.Stream, next events.Revision, c events.CaseID, e events.Event) verdict {
	data, err := codec.Encode(e)
	if err != nil {
		return rejected("malformed", "", "%s", err.Error())
	}
	en := it.entry
	d := ledger.Draft{
		ID: en.ID, Stream: s, Revision: next, Type: e.Kind().Type, TypeVersion: e.Kind().Version,
		OccurredAt: en.OccurredAt, Actor: w.delivery.Actor, Inspection: en.Inspection, Case: c,
		Causation: w.submission.ID, Digest: it.digest, Data: data,
	}
	if i := b.memory.control.Inspections[en.Inspection]; i != nil {
		d.Team = i.Members[w.delivery.Actor].Team
	}
	l := &latest{
		ID: en.ID, Stream: s, Revision: next, Actor: d.Actor, OccurredAt: en.OccurredAt, Event: e,
	}
	if d.Type.Control() {
		if err := b.memory.control.apply(l, en.Inspection); err != nil {
			return rejected("malformed", "", "%s", err.Error())
		}
		clear(b.allowed)
	} else {
		b.memory.files[it.prefix()].apply(l)
	}
	b.drafts = append(b.drafts, d)
	b.made = append(b.made, l)
	b.ids[en.ID] = it
	return verdict{status: entry.StatusRecorded, latest: l}
}

// follow appends an event that an entry causes beside its own; its id is derived
// from the entry's.
func (b *batch) follow(w *work, it *item, s events.Stream, name string, e events.Event) error {
	data, err := codec.Encode(e)
	if err != nil {
		return err
	}
	id := uuid.NewSHA1(it.entry.ID, []byte(name))
	l := &latest{ID: id, Stream: s, Revision: 1, Actor: w.delivery.Actor, OccurredAt: it.entry.OccurredAt, Event: e}
	if current := b.memory.control.streams[s]; current != nil {
		l.Revision = current.Revision + 1
	}
	if err := b.memory.control.apply(l, it.entry.Inspection); err != nil {
		return err
	}
	clear(b.allowed)
	b.drafts = append(b.drafts, ledger.Draft{
		ID: id, Stream: s, Revision: l.Revision, Type: e.Kind().Type, TypeVersion: e.Kind().Version,
		OccurredAt: it.entry.OccurredAt, Actor: w.delivery.Actor, Inspection: it.entry.Inspection,
		Causation: w.submission.ID, Digest: it.digest, Data: data,
	})
	b.made = append(b.made, l)
	return nil
}

// framework is the current framework of the programme, nil before the first.
func (b *batch) framework() *framework.Framework { return b.memory.control.Framework }
