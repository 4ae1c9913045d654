package recorder

import (
	"fmt"
	"slices"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/framework"
)

// next is the revision that a control event of the stream gets: control entries
// name an expected revision only if they care, and a mismatch is a conflict.
func (b *batch) next(e entry.Entry, s events.Stream) (events.Revision, verdict, bool) {
	current := b.memory.control.streams[s]
	var at events.Revision
	if current != nil {
		at = current.Revision
	}
	if e.ExpectedRevision != nil && *e.ExpectedRevision != at {
		return 0, conflict(current, e.ExpectedRevision), false
	}
	return at + 1, verdict{}, true
}

func (b *batch) openProgramme(w *work, it *item, p entry.Programme) verdict {
	stream := events.ProgrammeStream()
	if b.memory.control.Opened {
		v := conflict(b.memory.control.streams[stream], nil)
		v.code, v.field, v.message = "programme_exists", "programme", fmt.Sprintf("programme %q is open already", b.programme)
		return v
	}
	return b.draft(w, it, stream, 1, "", events.ProgrammeOpened{Name: p.Name})
}

func (b *batch) publishFramework(w *work, it *item, p entry.Framework) verdict {
	stream := events.FrameworkStream()
	c := b.memory.control
	if p.Base != c.Revision {
		v := conflict(c.streams[stream], nil)
		v.code, v.field = "stale_framework", "base"
		v.message = fmt.Sprintf("revision %d is current, but this was made from revision %d; compare and publish again",
			c.Revision, p.Base)
		return v
	}
	fw, err := framework.Parse("framework", []byte(p.Source))
	if err != nil {
		return rejected("bad_framework", "source", "%s", err.Error())
	}
	if c.Framework != nil && c.Framework.Hash == fw.Hash {
		return rejected("unchanged", "source", "this is revision %d, unchanged", c.Revision)
	}
	unread, err := b.unread(fw)
	if err != nil {
		b.err = err
		return rejected("not_recorded", "", "the recorded answers could not be read; try again")
	}
	if unread != nil {
		return rejected("answers_unread", "source", "%s", unread.Error())
	}
	next, v, ok := b.next(it.entry, stream)
	if !ok {
		return v
	}
	return b.draft(w, it, stream, next, "", events.FrameworkPublished{
		Revision: c.Newest + 1, Base: p.Base, ContentHash: fw.Hash, Source: p.Source, Reason: it.entry.Reason,
	})
}

// rollbackFramework makes the revision that the current one was made from the
// current one again.
func (b *batch) rollbackFramework(w *work, it *item, p entry.FrameworkRollback) verdict {
	stream := events.FrameworkStream()
	c := b.memory.control
	if p.Base != c.Revision {
		v := conflict(c.streams[stream], nil)
		v.code, v.field = "stale_framework", "base"
		v.message = fmt.Sprintf("revision %d is current, not revision %d; look at it first", c.Revision, p.Base)
		return v
	}
	to := c.published[c.Revision].Base
	if to == 0 {
		return rejected("nothing_to_roll_back", "base", "revision %d is the first; there is none before it", c.Revision)
	}
	next, v, ok := b.next(it.entry, stream)
	if !ok {
		return v
	}
	return b.draft(w, it, stream, next, "", events.FrameworkRestored{
		Revision: to, Replaced: c.Revision, Reason: it.entry.Reason,
	})
}

// openInspection also makes a lead who opens an inspection a member of its team:
// otherwise nobody but the administrator could add the first one.
func (b *batch) openInspection(w *work, it *item, p entry.InspectionOpening) verdict {
	id := it.entry.Inspection
	if id == "" {
		return rejected("missing_field", "inspection", "name the inspection to open")
	}
	stream := events.InspectionStream(id)
	if b.memory.control.Inspections[id] != nil {
		v := conflict(b.memory.control.streams[stream], nil)
		v.code, v.field, v.message = "inspection_exists", "inspection", fmt.Sprintf("inspection %q was opened before", id)
		return v
	}
	owner, err := b.tx.Claim(b.ctx, id, b.programme)
	if err != nil {
		b.err = err
		return rejected("not_recorded", "", "the inspection could not be claimed; try again")
	}
	if owner != b.programme {
		return rejected("inspection_exists", "inspection", "inspection %q belongs to another programme; choose another id", id)
	}
	v := b.draft(w, it, stream, 1, "", events.InspectionOpened{Name: p.Name})
	if v.accepted() && w.delivery.Role == events.RoleLead {
		member := events.TeamMemberAdded{Member: w.delivery.Actor, Role: events.RoleLead}
		if err := b.follow(w, it, events.TeamStream(id, w.delivery.Actor), "membership", member); err != nil {
			b.err = err
		}
	}
	return v
}

func (b *batch) closeInspection(w *work, it *item) verdict {
	if it.entry.Reason == "" {
		return rejected("reason_required", "reason", "say why the inspection is closed")
	}
	stream := events.InspectionStream(it.entry.Inspection)
	next, v, ok := b.next(it.entry, stream)
	if !ok {
		return v
	}
	return b.draft(w, it, stream, next, "", events.InspectionClosed{Reason: it.entry.Reason})
}

func (b *batch) addMember(w *work, it *item, m entry.TeamMember) verdict {
	if !slices.Contains(events.TeamRoles(), m.Role) {
		return rejected("bad_value", "role", "%q is none of: %s", m.Role, oneOf(events.TeamRoles()))
	}
	stream := events.TeamStream(it.entry.Inspection, m.Member)
	next, v, ok := b.next(it.entry, stream)
	if !ok {
		return v
	}
	return b.draft(w, it, stream, next, "", events.TeamMemberAdded{Member: m.Member, Role: m.Role, Team: m.Team})
}

func (b *batch) removeMember(w *work, it *item, m entry.TeamMemberRemoval) verdict {
	i := b.memory.control.Inspections[it.entry.Inspection]
	if _, ok := i.Members[m.Member]; !ok {
		return rejected("unknown_member", "member", "%q is not in the team of inspection %q", m.Member, it.entry.Inspection)
	}
	stream := events.TeamStream(it.entry.Inspection, m.Member)
	next, v, ok := b.next(it.entry, stream)
	if !ok {
		return v
	}
	return b.draft(w, it, stream, next, "", events.TeamMemberRemoved{Member: m.Member})
}
