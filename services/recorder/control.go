package recorder

import (
	"fmt"
	"maps"
	"slices"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/framework"
)

// member is an actor's place in an inspection.
type member struct {
	Role events.Role
	Team events.TeamID
}

// inspection is the state that decides who may write there.
type inspection struct {
	Open    bool
	Members map[events.Actor]member
}

// control is the state of a programme that decides what may be recorded: its
// framework, its inspections and their teams.
type control struct {
	Opened    bool
	Framework *framework.Framework
	Revision  int // of Framework
	Newest    int // the highest revision that was ever published
	published map[int]events.FrameworkPublished
	// offered are the answers that any revision let a question have; slices are
	// replaced, never changed in place.
	offered     map[events.QuestionID][]events.Answer
	Inspections map[events.InspectionID]*inspection
	streams     map[events.Stream]*latest
}

func newControl() *control {
	return &control{
		Inspections: map[events.InspectionID]*inspection{},
		streams:     map[events.Stream]*latest{},
		published:   map[int]events.FrameworkPublished{},
		offered:     map[events.QuestionID][]events.Answer{},
	}
}

// clone is a copy that can be changed and thrown away.
func (c *control) clone() *control {
	n := newControl()
	n.Opened, n.Framework, n.Revision, n.Newest = c.Opened, c.Framework, c.Revision, c.Newest
	maps.Copy(n.published, c.published)
	maps.Copy(n.offered, c.offered)
	for id, i := range c.Inspections {
		n.Inspections[id] = &inspection{Open: i.Open, Members: maps.Clone(i.Members)}
	}
	maps.Copy(n.streams, c.streams)
	return n
}

// apply takes in the next control event. It fails only on a framework that the
// ledger holds and this release cannot read.
func (c *control) apply(l *latest, id events.InspectionID) error {
	c.streams[l.Stream] = l
	switch e := l.Event.(type) {
	case events.ProgrammeOpened:
		c.Opened = true
	case events.FrameworkPublished:
		c.published[e.Revision] = e
		c.Newest = max(c.Newest, e.Revision)
		return c.adopt(e)
	case events.FrameworkRestored:
		p, ok := c.published[e.Revision]
		if !ok {
			return fmt.Errorf("recorder: position %d restores framework revision %d, which was never published",
				l.Position, e.Revision)
		}
		return c.adopt(p)
	case events.InspectionOpened:
		c.Inspections[id] = &inspection{Open: true, Members: map[events.Actor]member{}}
	case events.InspectionClosed:
		if i := c.Inspections[id]; i != nil {
			i.Open = false
		}
	case events.TeamMemberAdded:
		if i := c.Inspections[id]; i != nil {
			i.Members[e.Member] = member{e.Role, e.Team}
		}
	case events.TeamMemberRemoved:
		if i := c.Inspections[id]; i != nil {
			delete(i.Members, e.Member)
		}
	}
	return nil
}

// adopt makes a published framework the current one.
func (c *control) adopt(p events.FrameworkPublished) error {
	if c.Framework == nil || c.Framework.Hash != p.ContentHash {
		fw, err := framework.Parse(fmt.Sprintf("framework revision %d", p.Revision), []byte(p.Source))
		if err != nil {
			return fmt.Errorf("recorder: framework revision %d: %w", p.Revision, err)
		}
		c.Framework = fw
		c.offer(fw)
	}
	c.Revision = p.Revision
	return nil
}

// offer notes what answers may be recorded from now on.
func (c *control) offer(fw *framework.Framework) {
	for n := range fw.Questions {
		q := &fw.Questions[n]
		offered := slices.Clip(c.offered[q.ID])
		for _, a := range q.Answers {
			if !slices.Contains(offered, a) {
				offered = append(offered, a)
			}
		}
		c.offered[q.ID] = offered
	}
}
